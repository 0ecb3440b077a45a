//! Images: their full names, how long they take to pull, how big they are, and which ones no registry has.
//!
//! The real thing: containerd's pkg/reference and core/remotes/docker; github.com/distribution/reference `ParseDockerRef`.
//! Left out: registries, credentials and layers. Every name and tag exists, but for those that [`pull_error`] names.

use crate::api::Name;
use crate::api::time::Ms;
use imbl::OrdSet;

/// What there is to know about an image that is known by name.
struct Known {
    /// The repository, without registry and tag.
    repository: &'static str,
    pull_ms: Ms,
    size_bytes: u64,
}

const fn known(repository: &'static str, pull_ms: Ms, size_bytes: u64) -> Known {
    Known {
        repository,
        pull_ms,
        size_bytes,
    }
}

static KNOWN: &[Known] = &[
    known("docker.io/library/nginx", 1200, 44_710_204),
    known("docker.io/library/httpd", 1500, 58_901_120),
    known("docker.io/library/redis", 1300, 45_006_722),
    known("docker.io/library/mysql", 6400, 233_102_455),
    known("docker.io/library/postgres", 4200, 156_441_910),
    known("docker.io/library/busybox", 400, 2_156_519),
    known("docker.io/library/alpine", 500, 3_642_247),
    known("docker.io/library/perl", 9200, 336_374_010),
    known("docker.io/library/python", 8700, 372_430_145),
    known("registry.k8s.io/pause", 100, 320_448),
    known("registry.k8s.io/hpa-example", 5200, 195_510_022),
    known("registry.k8s.io/e2e-test-images/agnhost", 1800, 51_706_353),
];

/// The name with registry and tag: `nginx` is `docker.io/library/nginx:latest`.
#[must_use]
pub fn full_name(image: &str) -> Name {
    let has_registry = image.split_once('/').is_some_and(|(first, _)| {
        first.contains('.') || first.contains(':') || first == "localhost"
    });
    let last = image.rsplit('/').next().unwrap_or(image);
    let has_tag = last.contains(':') || image.contains('@');
    let prefix = match (has_registry, image.contains('/')) {
        (true, _) => "",
        (false, true) => "docker.io/",
        (false, false) => "docker.io/library/",
    };
    if prefix.is_empty() && has_tag {
        return image.into();
    }
    let tag = if has_tag { "" } else { ":latest" };
    [prefix, image, tag].concat().into()
}

/// The full name without tag and digest.
#[must_use]
pub fn repository(full_name: &str) -> &str {
    let name = full_name
        .split_once('@')
        .map_or(full_name, |(name, _)| name);
    let slash = name.rfind('/').map_or(0, |index| index + 1);
    name[slash..]
        .find(':')
        .map_or(name, |colon| &name[..slash + colon])
}

/// The tag of a full name; empty for one by digest.
#[must_use]
pub fn tag(full_name: &str) -> &str {
    let name = full_name
        .split_once('@')
        .map_or(full_name, |(name, _)| name);
    name[repository(full_name).len()..].trim_start_matches(':')
}

/// The digest under which the kubelet reports it: `docker.io/library/nginx@sha256:…`. Always the same for the same name.
#[must_use]
pub fn reference(full_name: &str) -> String {
    if full_name.contains('@') {
        return full_name.to_owned();
    }
    let [a, b] = hash(full_name);
    let c = a.rotate_left(17) ^ b;
    let d = b.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ a;
    let bytes = [a, b, c, d].into_iter().flat_map(u64::to_be_bytes);
    let digits = bytes.flat_map(|byte| [byte >> 4, byte & 0xf]);
    let mut reference = [repository(full_name), "@sha256:"].concat();
    reference.extend(digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])));
    reference
}

/// How long a pull takes that has the registry to itself.
#[must_use]
pub fn pull_ms(full_name: &str) -> Ms {
    find(full_name).map_or_else(|| 800 + hash(full_name)[0] % 1700, |known| known.pull_ms)
}

/// How big it is, compressed, as `Pulled` events print it.
#[must_use]
pub fn size_bytes(full_name: &str) -> u64 {
    find(full_name).map_or_else(
        || 20_000_000 + hash(full_name)[1] % 180_000_000,
        |known| known.size_bytes,
    )
}

/// Why it cannot be pulled, in containerd's words; `None` if it can.
///
/// Tags that do not exist: `nginx` beyond 1.31 (the documentation's `nginx:1.161`), and any name with `does-not-exist`, `doesnotexist`,
/// `nonexistent` or `no-such` in it.
#[must_use]
pub fn pull_error(full_name: &str, unpullable: &OrdSet<Name>) -> Option<String> {
    let broken = unpullable
        .iter()
        .any(|name| name == full_name || self::full_name(name) == full_name);
    let fictional = ["does-not-exist", "doesnotexist", "nonexistent", "no-such"]
        .iter()
        .any(|word| full_name.contains(word));
    let beyond = repository(full_name) == "docker.io/library/nginx" && is_beyond(tag(full_name));
    if !broken && !fictional && !beyond {
        return None;
    }
    Some(format!(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{full_name}\": failed to resolve reference \"{full_name}\": {full_name}: not found"
    ))
}

/// Is it a version of nginx that was never released?
fn is_beyond(tag: &str) -> bool {
    let version = tag.split('-').next().unwrap_or(tag);
    let mut numbers = version.split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => major > 1 || minor > 31,
        (Some(Ok(major)), None) => major > 1,
        _ => false,
    }
}

fn find(full_name: &str) -> Option<&'static Known> {
    let repository = repository(full_name);
    KNOWN.iter().find(|known| known.repository == repository)
}

/// FNV-1a, twice with different beginnings: the same on every machine.
fn hash(text: &str) -> [u64; 2] {
    let fold = |begin: u64| {
        text.bytes().fold(begin, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    [fold(0xcbf2_9ce4_8422_2325), fold(0x6c62_272e_07bb_0142)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_names() {
        let table = [
            ("nginx", "docker.io/library/nginx:latest"),
            ("nginx:1.14.2", "docker.io/library/nginx:1.14.2"),
            ("bitnami/redis:7", "docker.io/bitnami/redis:7"),
            ("registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"),
            ("localhost:5000/a/b", "localhost:5000/a/b:latest"),
            ("localhost/a", "localhost/a:latest"),
            ("nginx@sha256:00", "docker.io/library/nginx@sha256:00"),
        ];
        for (input, want) in table {
            assert_eq!(full_name(input), want, "{input}");
        }
    }

    #[test]
    fn parts_of_names() {
        let table = [
            (
                "docker.io/library/nginx:1.14.2",
                "docker.io/library/nginx",
                "1.14.2",
            ),
            ("localhost:5000/a/b:c", "localhost:5000/a/b", "c"),
            (
                "docker.io/library/nginx@sha256:00",
                "docker.io/library/nginx",
                "",
            ),
        ];
        for (input, want_repository, want_tag) in table {
            assert_eq!(
                (repository(input), tag(input)),
                (want_repository, want_tag),
                "{input}"
            );
        }
    }

    #[test]
    fn what_no_registry_has() {
        let none = OrdSet::new();
        let table = [
            ("nginx:1.161", false),
            ("nginx:1.14.2", true),
            ("nginx:1.27-alpine", true),
            ("nginx:latest", true),
            ("nginx:alpine", true),
            ("nginx:3", false),
            ("example.com/does-not-exist:1", false),
            ("example.com/shop:9.9", true),
        ];
        for (input, want) in table {
            assert_eq!(
                pull_error(&full_name(input), &none).is_none(),
                want,
                "{input}"
            );
        }
        let broken = OrdSet::unit(Name::from("redis:7"));
        assert!(
            pull_error(&full_name("redis:7"), &broken).is_some(),
            "a fault"
        );
        assert!(
            pull_error(&full_name("redis:8"), &broken).is_none(),
            "another tag"
        );
    }
}
