//! Long walks of one honest browser with three tabs through lost answers, crashes and delays, with
//! all invariants watched at each step.

use session_simulator::{
    bug::BugSet,
    server::{
        Bearer, Call, Fault, Jar, PendingRefresh, Policy, Reissues, Request, Response, invariants,
    },
};

use crate::support::{Stage, USER, seconds};

/// A deterministic source of choices, `SplitMix64`.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

/// A call on its way to the server, begun there, or its answer on the way back.
enum Flight {
    Asked(Request),
    Begun(Box<PendingRefresh>),
    Answered(Response),
}

struct Walk {
    stage: Stage,
    dice: Dice,
    flights: Vec<Flight>,
    answered: u32,
    rotated: u32,
    ended: u32,
}

impl Walk {
    fn new(seed: u64, policy: Policy) -> Self {
        Self {
            stage: Stage::with(policy, BugSet::NONE).logged_in(),
            dice: Dice(seed),
            flights: Vec::new(),
            answered: 0,
            rotated: 0,
            ended: 0,
        }
    }

    fn step(&mut self) {
        match self.dice.below(16) {
            0..=4 if self.flights.len() < 3 => {
                let call = self.random_call();
                let request = self.stage.request(call);
                self.flights.push(Flight::Asked(request));
            }
            // A client gives up after 10 s: nothing stays in flight over a long time.
            5 if self.flights.is_empty() => {
                let time = self.dice.below(200);
                self.stage.pass(time);
            }
            6 => {
                self.stage.server.crash();
                self.flights
                    .retain(|flight| matches!(flight, Flight::Asked(_)));
            }
            7 => self.stage.server.plan_fault(Fault::Unavailable, None, 1),
            _ if !self.flights.is_empty() => {
                let len = u64::try_from(self.flights.len()).unwrap_or(1);
                let at = usize::try_from(self.dice.below(len)).unwrap_or(0);
                let flight = self.flights.swap_remove(at);
                self.advance(flight);
            }
            _ => {}
        }
    }

    fn random_call(&mut self) -> Call {
        match self.dice.below(12) {
            0..=6 => Call::Refresh,
            7 | 8 => Call::Read,
            9 => Call::Extend,
            10 => Call::AskSession,
            _ => Call::Logout { session: None },
        }
    }

    fn advance(&mut self, flight: Flight) {
        let lost = self.dice.below(6) == 0;
        match flight {
            _ if lost => {}
            Flight::Asked(request) if request.call == Call::Refresh => {
                let now = self.stage.now;
                let next = match self.stage.server.begin_refresh(request, now) {
                    Ok(pending) => Flight::Begun(Box::new(pending)),
                    Err(outcome) => Flight::Answered(outcome.response),
                };
                self.flights.push(next);
            }
            Flight::Asked(request) => {
                let response = self.stage.carry_out(request);
                self.flights.push(Flight::Answered(response));
            }
            Flight::Begun(pending) => {
                let outcome = self.stage.server.commit_refresh(*pending, self.stage.now);
                let response = self.stage.note(outcome);
                self.flights.push(Flight::Answered(response));
            }
            Flight::Answered(response) => self.arrive(&response),
        }
    }

    fn arrive(&mut self, response: &Response) {
        for cookie in &response.set_cookies {
            let held = self.stage.jar.get(&cookie.name).copied();
            let (server, now) = (&self.stage.server, self.stage.now);
            let write = invariants::s11_jar_write(server, held, cookie.token, now);
            assert_eq!(write, Ok(()));
        }
        self.answered += 1;
        self.rotated += u32::from(!response.set_cookies.is_empty());
        self.stage.arrive(response);
        if response
            .failure()
            .is_some_and(|failure| failure.end_reason().is_some())
        {
            self.ended += 1;
            self.stage.jar = Jar::new();
            self.stage.access = None;
            let login = Call::login(&USER.credentials(false));
            let bearer = self.stage.access.map(Bearer::Token);
            let request = Request::of_owner(login, Jar::new(), bearer);
            let response = self.stage.carry_out(request);
            self.stage.arrive(&response);
        }
    }
}

#[test]
fn an_honest_browser_is_never_taken_for_a_thief() {
    let (mut answered, mut rotated, mut ended) = (0, 0, 0);
    for seed in 0..200 {
        let mut walk = Walk::new(seed, Policy::default());
        for _ in 0..1_000 {
            walk.step();
        }
        answered += walk.answered;
        rotated += walk.rotated;
        ended += walk.ended;
    }
    assert!(answered > 20_000, "{answered} answers");
    assert!(rotated > 2_000, "{rotated} rotations");
    assert!(ended > 500, "{ended} ends");
}

#[test]
#[should_panic(expected = "S4: ")]
fn with_one_reissue_a_generation_it_is() {
    let policy = Policy {
        reissues: Reissues::Once,
        access_token_lifetime: seconds(300),
        ..Policy::default()
    };
    for seed in 0..200 {
        let mut walk = Walk::new(seed, policy);
        for _ in 0..1_000 {
            walk.step();
        }
    }
}
