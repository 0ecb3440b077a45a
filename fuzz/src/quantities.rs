//! Quantities: canonical forms stand still, and arithmetic agrees with itself.

use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use kubeloop::api::quantity;
use std::cmp::Ordering;

/// Reads each line of the text as a quantity, and calculates with the first two.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let fine: Vec<Quantity> = text.lines().filter_map(one).collect();
    if let [a, b, ..] = fine.as_slice() {
        two(a, b);
    }
}

fn canonical(quantity: &Quantity) -> Quantity {
    let mut canonical = quantity.clone();
    quantity::canonicalize(&mut canonical);
    canonical
}

fn one(text: &str) -> Option<Quantity> {
    let quantity = Quantity(text.to_owned());
    let once = canonical(&quantity);
    if quantity::check(text).is_err() {
        assert_eq!(once, quantity, "what is no quantity is left alone");
        assert!(quantity::is_zero(&quantity));
        return None;
    }
    assert_eq!(quantity::check(&once.0), Ok(()), "{text}: {}", once.0);
    assert_eq!(
        canonical(&once),
        once,
        "{text}: a canonical form is its own"
    );
    let amounts = |q: &Quantity| (quantity::cpu_milli(q), quantity::is_negative(q));
    assert_eq!(amounts(&once), amounts(&quantity), "{text}: {}", once.0);
    // Canonical forms are rounded away from zero, never towards it.
    let rounded = quantity::compare(&once, &quantity);
    let away = if quantity::is_negative(&quantity) {
        Ordering::Less
    } else {
        Ordering::Greater
    };
    assert!(
        rounded == Ordering::Equal || rounded == away,
        "{text}: {}",
        once.0
    );
    if quantity::is_whole(&quantity) {
        assert_eq!(quantity::bytes(&once), quantity::bytes(&quantity), "{text}");
    }
    spelled_otherwise(text, &quantity);
    Some(quantity)
}

/// Zeros that change nothing change nothing.
fn spelled_otherwise(text: &str, quantity: &Quantity) {
    let (sign, number) = match text.strip_prefix(['+', '-']) {
        Some(number) => (&text[..1], number),
        None => ("", text),
    };
    let end = number
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(number.len());
    let (digits, suffix) = number.split_at(end);
    let point = if digits.contains('.') { "" } else { "." };
    for zeros in ["0", "00000000000000000000000000000000000000000"] {
        let same = Quantity(format!("{sign}{zeros}{digits}{point}{zeros}{suffix}"));
        let equal = quantity::compare(&same, quantity);
        assert_eq!(equal, Ordering::Equal, "{text} is {}", same.0);
    }
}

fn two(a: &Quantity, b: &Quantity) {
    let order = quantity::compare(a, b);
    assert_eq!(order.reverse(), quantity::compare(b, a), "{} {}", a.0, b.0);
    let difference = quantity::subtract(a, b);
    assert_eq!(quantity::check(&difference.0), Ok(()), "{} - {}", a.0, b.0);
    let sign = match (
        quantity::is_zero(&difference),
        quantity::is_negative(&difference),
    ) {
        (true, _) => Ordering::Equal,
        (false, true) => Ordering::Less,
        (false, false) => Ordering::Greater,
    };
    assert_eq!(sign, order, "{} - {} = {}", a.0, b.0, difference.0);
    let (sum, turned) = (quantity::add(a, b), quantity::add(b, a));
    assert_eq!(quantity::check(&sum.0), Ok(()), "{} + {}", a.0, b.0);
    let equal = quantity::compare(&sum, &turned);
    assert_eq!(equal, Ordering::Equal, "{} + {} = {}", a.0, b.0, sum.0);
    // Beyond the largest quantity sums are capped, and taking away again leads elsewhere.
    const CAPPED: u64 = i64::MAX as u64;
    if quantity::bytes(&sum).unsigned_abs() < CAPPED {
        let back = quantity::subtract(&sum, b);
        let equal = quantity::compare(&back, a);
        assert_eq!(
            equal,
            Ordering::Equal,
            "{} + {} - {1} = {}",
            a.0,
            b.0,
            back.0
        );
    }
}
