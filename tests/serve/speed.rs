//! `--speed`: how the cluster's time follows the clock.

use super::ask::{DEPLOYMENTS, refused, serve, web};
use super::server::{Folder, Server};
use serde_json::Value;
use std::time::{Duration, Instant};

/// A look at the cluster's time, by the clock.
struct Look {
    asked: Instant,
    at_ms: f64,
    answered: Instant,
}

impl Look {
    fn at(server: &Server) -> Self {
        let asked = Instant::now();
        let at_ms = server.status()["atMs"].as_f64().expect("a time");
        let answered = Instant::now();
        Self {
            asked,
            at_ms,
            answered,
        }
    }

    /// How much of the cluster's time passes for each second of the clock since then: at least and at most, as long as answers may have
    /// taken.
    fn speed_since(&self, then: &Self) -> (f64, f64) {
        let passed_s = (self.at_ms - then.at_ms) / 1000.0;
        let (most, least) = (self.answered - then.asked, self.asked - then.answered);
        (
            passed_s / most.as_secs_f64(),
            passed_s / least.as_secs_f64(),
        )
    }
}

#[test]
fn time_follows_the_clock_so_many_times_as_fast() {
    for (options, times) in [
        (&[][..], 1.0),
        (&["--speed", "1"], 1.0),
        (&["--speed", "10"], 10.0),
        (&["--speed", "0.5"], 0.5),
    ] {
        let (_folder, server) = serve(options);
        // A busy machine answers late, and lets the cluster fall behind for a while: the longer one looks, the less that counts.
        let begun = Look::at(&server);
        loop {
            std::thread::sleep(Duration::from_secs(3));
            let look = Look::at(&server);
            let (slowest, fastest) = look.speed_since(&begun);
            if slowest >= times * 0.95 && fastest <= times * 1.05 {
                break;
            }
            let is_late = look.asked - begun.asked > Duration::from_mins(1);
            assert!(!is_late, "{options:?}: between {slowest} and {fastest}");
        }
    }
}

#[test]
fn at_ten_times_the_speed_a_minute_takes_six_seconds() {
    let (_folder, server) = serve(&["--speed", "10"]);
    let job = serde_json::json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
        "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "busybox", "command": ["sleep", "60"]}]},
    });
    let path = super::ask::PODS;
    server.wait_for("it settles", |server| server.status()["settled"] == true);
    let begun = Instant::now();
    server.must(201, "POST", path, &job);
    let path = format!("{path}/p");
    server.wait_for("the program ends", |server| {
        server.must(200, "GET", &path, &Value::Null)["status"]["phase"] == "Succeeded"
    });
    let took = begun.elapsed();
    // A busy machine may have been behind when it began, and is late in the end.
    let fits = took >= Duration::from_secs(5) && took < Duration::from_secs(50);
    assert!(fits, "{took:?}");
}

#[test]
fn at_full_speed_every_consequence_comes_at_once_and_then_nothing_happens() {
    let (_folder, server) = serve(&["--speed", "max"]);
    server.must(201, "POST", DEPLOYMENTS, &web(3));
    // Nobody tells it to go on.
    let path = format!("{DEPLOYMENTS}/web");
    server.wait_for("the pods are ready", |server| {
        server.must(200, "GET", &path, &Value::Null)["status"]["readyReplicas"] == 3
    });
    server.wait_for("it settles", |server| server.status()["settled"] == true);
    let still = server.status();
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(server.status(), still, "not a step, not a millisecond");
    server.must(200, "GET", &path, &Value::Null);
    assert_eq!(server.status(), still, "reading is no reason either");
}

#[test]
fn a_speed_is_a_number_above_nothing_or_max() {
    let folder = Folder::new();
    for speed in ["0", "-1", "fast", "NaN", "inf", ""] {
        let speed = format!("--speed={speed}");
        let said = refused(folder.path(), &[&speed]);
        assert!(said.contains("a number above 0, or max"), "{speed}: {said}");
    }
}
