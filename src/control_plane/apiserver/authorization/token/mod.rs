//! Tokens of service accounts: `kubectl create token` asks for one, a bearer shows it, and the API server knows who that is.
//!
//! A token is a JWT: header, claims and signature in base64url, joined by dots. The signature's key is made from the uid of the namespace
//! `kube-system`, so a cluster knows its own tokens and no other's, and the same run prints the same token.
//!
//! The real thing: pkg/registry/core/serviceaccount/storage/token.go, pkg/serviceaccount/{claims,jwt}.go, pkg/apis/authentication/validation/validation.go.
//! Left out: RSA signatures; `expirationSeconds: 3607` of old kubelets; token Secrets (`kubernetes.io/service-account-token`).

mod hash;

use crate::api::field::FieldError;
use crate::api::identity::{AUTHENTICATED, SERVICE_ACCOUNT_PREFIX, SERVICE_ACCOUNTS};
use crate::api::time::{BEGINNING_S, Ms, rfc3339, time};
use crate::api::typed::to_json;
use crate::api::{Identity, Key, Kind, Name, Object, Pod, Reason, Snapshot, Status, Stored};
use k8s_openapi::ByteString;
use serde_json::{Map, Value, json};

/// Who issues tokens, and for whom they are unless the request says otherwise.
pub const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";
/// How long a token lives unless the request says otherwise.
const LIFETIME_S: i64 = 3600;
/// The shortest life a token may have.
const LIFETIME_MIN_S: i64 = 600;
/// The longest.
const LIFETIME_MAX_S: i64 = 1 << 32;
/// Where the identity keeps which token it came from.
const CREDENTIAL: &str = "authentication.kubernetes.io/credential-id";

/// Whose a token is.
#[derive(Clone, Debug, PartialEq)]
pub struct Authenticated {
    /// The user's name.
    pub user: Name,
    /// Groups, uid and the object that the token is bound to.
    pub identity: Identity,
    /// The audiences that the token is for, of those that were asked about.
    pub audiences: Vec<String>,
}

/// Answers `create serviceaccounts/NAME/token`: the TokenRequest with its status.
///
/// # Errors
/// 404 if there is no such account or bound object, 422 for a lifetime out of bounds, 400 and 409 for a bound object that does not fit.
pub fn request(
    document: &Value,
    account: &Key,
    snapshot: &Snapshot,
    now_ms: Ms,
) -> Result<Value, Status> {
    let lifetime = document.pointer("/spec/expirationSeconds");
    let lifetime = lifetime.and_then(Value::as_i64).unwrap_or(LIFETIME_S);
    check_lifetime(lifetime)?;
    let found = |key: &Key| {
        let missing = || Status::not_found(key.kind, &key.name);
        snapshot.get(key).ok_or_else(missing)
    };
    let stored = found(account)?;
    let asked = document
        .pointer("/spec/audiences")
        .and_then(Value::as_array);
    let audiences = match asked {
        Some(asked) if !asked.is_empty() => asked.clone(),
        _ => vec![json!(ISSUER)],
    };
    let mut about = Map::new();
    about.insert("namespace".to_owned(), json!(account.namespace));
    if let Some(reference) = document.pointer("/spec/boundObjectRef") {
        let bound = bound_object(reference, account, &found)?;
        if let Some(node) = node_of(bound) {
            let mut its = json!({"name": node});
            if let Some(object) = snapshot.get(&Key::new(Kind::Node, "", node)) {
                its["uid"] = json!(object.metadata().uid);
            }
            about.insert("node".to_owned(), its);
        }
        about.insert(bound.kind().info().singular.to_owned(), named(bound));
    }
    about.insert("serviceaccount".to_owned(), named(stored));
    let now = seconds(now_ms);
    let mut claims = json!({
        "aud": audiences, "exp": now + lifetime, "iat": now, "iss": ISSUER, "jti": "", "kubernetes.io": about, "nbf": now,
        "sub": format!("{SERVICE_ACCOUNT_PREFIX}{}:{}", account.namespace, account.name),
    });
    let key = key(snapshot);
    claims["jti"] = json!(identifier(&key, &claims));
    let expires_ms = now_ms + 1000 * u64::try_from(lifetime).expect("checked to be positive");
    let mut answer = json!({
        "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"name": account.name, "namespace": account.namespace, "creationTimestamp": rfc3339(time(now_ms).0)},
        "spec": {"audiences": claims["aud"], "expirationSeconds": lifetime, "boundObjectRef": null},
        "status": {"token": sign(&key, &claims), "expirationTimestamp": rfc3339(time(expires_ms).0)},
    });
    if let Some(reference) = document.pointer("/spec/boundObjectRef") {
        answer["spec"]["boundObjectRef"] = reference.clone();
    }
    Ok(answer)
}

fn check_lifetime(seconds: i64) -> Result<(), Status> {
    let detail = if seconds < LIFETIME_MIN_S {
        "may not specify a duration less than 10 minutes"
    } else if seconds > LIFETIME_MAX_S {
        "may not specify a duration larger than 2^32 seconds"
    } else {
        return Ok(());
    };
    let error = FieldError::invalid("spec.expirationSeconds", seconds, detail);
    Err(super::review::invalid(
        "TokenRequest.authentication.k8s.io",
        &[error],
    ))
}

/// The object that the token is to die with.
fn bound_object<'a>(
    reference: &Value,
    account: &Key,
    found: &dyn Fn(&Key) -> Result<&'a Object, Status>,
) -> Result<&'a Object, Status> {
    let text = |field: &str| {
        reference
            .get(field)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let place = |kind: Kind, namespace: &str| Key::new(kind, namespace, text("name"));
    let object = match (text("apiVersion"), text("kind")) {
        ("v1", "Pod") => {
            let object = found(&place(Kind::Pod, &account.namespace))?;
            let spec = Pod::of(object).and_then(|pod| pod.spec.as_ref());
            let runs_as = spec.and_then(|s| s.service_account_name.as_deref());
            let runs_as = runs_as.unwrap_or_default();
            if runs_as != account.name {
                return Err(Status::bad_request(format!(
                    "cannot bind token for serviceaccount {:?} to pod running with different serviceaccount name.",
                    account.name
                )));
            }
            object
        }
        ("v1", "Node") => found(&place(Kind::Node, ""))?,
        ("v1", "Secret") => found(&place(Kind::Secret, &account.namespace))?,
        (version, kind) => {
            let (group, version) = version.rsplit_once('/').unwrap_or(("", version));
            return Err(Status::bad_request(format!(
                "cannot bind token to object of type {group}/{version}, Kind={kind}"
            )));
        }
    };
    let is = object.metadata().uid.as_deref().unwrap_or_default();
    let wanted = text("uid");
    if wanted.is_empty() || wanted == is {
        return Ok(object);
    }
    let why = format!(
        "the UID in the bound object reference ({wanted}) does not match the UID in record. The object might have been deleted and then recreated"
    );
    Err(Status::conflict(object.kind(), text("name"), &why))
}

fn node_of(object: &Object) -> Option<String> {
    let node = Pod::of(object)?.spec.as_ref()?.node_name.clone()?;
    (!node.is_empty()).then_some(node)
}

fn named(object: &Object) -> Value {
    json!({"name": object.name(), "uid": object.metadata().uid})
}

/// Whose token is this? `None` if it is none of ours and another authenticator may know it.
///
/// # Errors
/// What is wrong with a token of ours: its signature, its age, its audience, or that what it is bound to is gone.
pub fn verify(
    token: &str,
    audiences: &[&str],
    snapshot: &Snapshot,
    now_ms: Ms,
) -> Result<Option<Authenticated>, String> {
    let Some((signed, signature)) = token.rsplit_once('.') else {
        return Ok(None);
    };
    let claims = signed
        .split_once('.')
        .and_then(|(_, claims)| decode(claims));
    let Some(claims) = claims.and_then(|json| serde_json::from_slice::<Value>(&json).ok()) else {
        return Ok(None);
    };
    let text = |path: &str| {
        claims
            .pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let number = |path: &str| {
        claims
            .pointer(path)
            .and_then(Value::as_i64)
            .unwrap_or_default()
    };
    if text("/iss") != ISSUER {
        return Ok(None);
    }
    if decode(signature).as_deref() != Some(&hash::hmac(&key(snapshot), signed.as_bytes())[..]) {
        return Err("[invalid bearer token, invalid signature]".to_owned());
    }
    let now = seconds(now_ms);
    if now >= number("/exp") {
        return Err("[invalid bearer token, service account token has expired]".to_owned());
    }
    if now < number("/nbf") {
        return Err("[invalid bearer token, service account token is not valid yet]".to_owned());
    }
    let meant: Vec<&str> = claims["aud"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let wanted = if audiences.is_empty() {
        &[ISSUER][..]
    } else {
        audiences
    };
    let common: Vec<String> = wanted
        .iter()
        .filter(|a| meant.contains(a))
        .map(|a| (*a).to_owned())
        .collect();
    if common.is_empty() {
        let (meant, wanted) = (
            super::compare::quoted(&meant),
            super::compare::quoted(wanted),
        );
        return Err(format!(
            "[invalid bearer token, token audiences {meant} is invalid for the target audiences {wanted}]"
        ));
    }
    let about = claims.get("kubernetes.io").cloned().unwrap_or_default();
    let identity = identity_of(&about, text("/jti"), snapshot)?;
    Ok(Some(Authenticated {
        user: text("/sub").into(),
        identity,
        audiences: common,
    }))
}

/// Who the claims are about, if the account and what the token is bound to are still there.
fn identity_of(about: &Value, jti: &str, snapshot: &Snapshot) -> Result<Identity, String> {
    let text = |path: &str| {
        about
            .pointer(path)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let namespace = text("/namespace");
    let lives = |kind: Kind, part: &str| {
        let (name, uid) = (
            text(&format!("/{part}/name")),
            text(&format!("/{part}/uid")),
        );
        let namespace = if kind == Kind::Node { "" } else { namespace };
        let found = snapshot.get(&Key::new(kind, namespace, name));
        found.is_some_and(|object| object.metadata().uid.as_deref() == Some(uid))
    };
    if !lives(Kind::ServiceAccount, "serviceaccount") {
        return Err(
            "[invalid bearer token, service account token has been invalidated]".to_owned(),
        );
    }
    let mut identity = Identity {
        groups: vec![
            SERVICE_ACCOUNTS.into(),
            format!("{SERVICE_ACCOUNTS}:{namespace}").into(),
            AUTHENTICATED.into(),
        ],
        uid: text("/serviceaccount/uid").into(),
        ..Identity::default()
    };
    let mut remember = |key: String, value: String| identity.extra.insert(key, vec![value]);
    remember(CREDENTIAL.to_owned(), format!("JTI={jti}"));
    for (kind, part) in [
        (Kind::Pod, "pod"),
        (Kind::Secret, "secret"),
        (Kind::Node, "node"),
    ] {
        if about.get(part).is_none() {
            continue;
        }
        let is_bound = part != "node" || about.get("pod").is_none();
        if is_bound && !lives(kind, part) {
            return Err(
                "[invalid bearer token, service account token has been invalidated]".to_owned(),
            );
        }
        if part != "secret" {
            for field in ["name", "uid"] {
                let key = format!("authentication.kubernetes.io/{part}-{field}");
                remember(key, text(&format!("/{part}/{field}")).to_owned());
            }
        }
    }
    Ok(identity)
}

/// Virtual time as tokens spell it: seconds since 1970.
fn seconds(now_ms: Ms) -> i64 {
    BEGINNING_S + i64::try_from(now_ms / 1000).expect("virtual time stays far below 2^63")
}

/// What signs this cluster's tokens.
fn key(snapshot: &Snapshot) -> Vec<u8> {
    let system = snapshot.get(&Key::new(Kind::Namespace, "", "kube-system"));
    let uid = system.and_then(|namespace| namespace.metadata().uid.clone());
    uid.unwrap_or_default().into_bytes()
}

/// A UUID that differs from token to token.
fn identifier(key: &[u8], claims: &Value) -> String {
    let digest = hash::hmac(key, claims.to_string().as_bytes());
    let bytes = digest.iter().take(16);
    let number = bytes.fold(0u128, |number, byte| number << 8 | u128::from(*byte));
    let (version, variant) = (0x4 << 76, 0x2 << 62);
    crate::api::Uid(number & !(0xf << 76 | 0x3 << 62) | version | variant).to_string()
}

fn sign(key: &[u8], claims: &Value) -> String {
    let id = encode(&hash::sha256(key));
    let header = json!({"alg": "HS256", "kid": id});
    let signed = format!(
        "{}.{}",
        encode(header.to_string().as_bytes()),
        encode(claims.to_string().as_bytes())
    );
    let signature = encode(&hash::hmac(key, signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Base64 for URLs, without padding.
fn encode(bytes: &[u8]) -> String {
    let standard = to_json(&ByteString(bytes.to_vec()));
    let text = standard.as_str().unwrap_or_default().trim_end_matches('=');
    text.replace('+', "-").replace('/', "_")
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let mut standard = text.replace('-', "+").replace('_', "/");
    while !standard.len().is_multiple_of(4) {
        standard.push('=');
    }
    let bytes: ByteString = serde_json::from_value(json!(standard)).ok()?;
    Some(bytes.0)
}

/// The refusal of a bearer whose token is no good.
#[must_use]
pub fn unauthorized() -> Status {
    Status::new(Reason::Unauthorized, "Unauthorized")
}

#[cfg(test)]
mod tests;
