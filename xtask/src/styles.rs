//! One style sheet out of several: one request, and one dictionary for the compressor.
//!
//! Invariant: the rules keep the order of the page's links, so the cascade is the same.

use std::fs;
use std::path::Path;

use crate::failure::{Doing as _, Failure};
use crate::files::Fingerprint;

/// Joins the style sheets that the page links; returns the page with the one link to all of them.
pub(crate) fn join(staging: &Path, html: &str) -> Result<String, Failure> {
    let links = links(html);
    let Some((first, rest)) = links.split_first() else {
        return Ok(html.to_owned());
    };
    let mut rules = Vec::new();
    for link in &links {
        let name = link.href.rsplit('/').next().unwrap_or_default();
        let file = staging.join(name);
        rules.extend(fs::read(&file).doing("read", &file)?);
        rules.push(b'\n');
        fs::remove_file(&file).doing("remove", &file)?;
    }
    let folder = &first.href[..first.href.len() - first.name().len()];
    let name = format!("style-{}.css", Fingerprint::EMPTY.and(&rules).hex());
    let file = staging.join(&name);
    fs::write(&file, rules).doing("write", &file)?;
    let mut page = html.replacen(
        first.tag,
        &first.tag.replace(first.href, &format!("{folder}{name}")),
        1,
    );
    for link in rest {
        page = page.replacen(link.tag, "", 1);
    }
    Ok(page)
}

/// A link to a style sheet, as it stands in the page.
#[derive(Debug, Eq, PartialEq)]
struct Link<'a> {
    tag: &'a str,
    href: &'a str,
}

impl Link<'_> {
    fn name(&self) -> &str {
        self.href.rsplit('/').next().unwrap_or_default()
    }
}

fn links(html: &str) -> Vec<Link<'_>> {
    let starts = html.match_indices("<link").map(|(start, _)| start);
    let tags = starts.filter_map(|start| {
        let end = start + html[start..].find('>')? + 1;
        Some(&html[start..end])
    });
    tags.filter_map(|tag| {
        let value = tag.split_once("href=")?.1;
        let href = value.split([' ', '>']).next()?.trim_matches('"');
        Path::new(href)
            .extension()
            .is_some_and(|extension| extension == "css")
            .then_some(Link { tag, href })
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_sheets_are_found_quoted_or_not_and_nothing_else_is() {
        let page = "<link rel=icon href=a.svg><link href=/b.css rel=stylesheet>\
                    <link rel=\"stylesheet\" href=\"/app/c.css\">";
        let hrefs: Vec<_> = links(page).iter().map(|link| link.href).collect();
        assert_eq!(hrefs, ["/b.css", "/app/c.css"]);
    }

    #[test]
    fn the_page_links_one_sheet_with_all_rules_in_order() {
        let staging = std::env::temp_dir().join(format!("styles-{}", std::process::id()));
        fs::create_dir_all(&staging).unwrap();
        fs::write(staging.join("b.css"), "b{}").unwrap();
        fs::write(staging.join("c.css"), "c{}").unwrap();
        let page = join(&staging, "<link href=/x/b.css><link href=/x/c.css><p>").unwrap();

        let name = page
            .strip_prefix("<link href=/x/")
            .and_then(|rest| rest.strip_suffix("><p>"))
            .unwrap();
        assert_eq!(
            fs::read_to_string(staging.join(name)).unwrap(),
            "b{}\nc{}\n"
        );
        assert!(!staging.join("b.css").exists());
        fs::remove_dir_all(staging).unwrap();
    }
}
