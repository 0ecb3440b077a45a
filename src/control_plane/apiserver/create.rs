//! `create`: a new object gets its identity, its defaults, its place.
//!
//! The real thing: staging/src/k8s.io/apiserver/pkg/registry/rest/create.go (`BeforeCreate`), pkg/registry/generic/registry/store.go (`Create`),
//! pkg/storage/names/generate.go (`SimpleNameGenerator`).

use super::admission::{self, Operation};
use super::{Call, authorization, custom, field_managers, metadata, service_ip, storage_size};
use crate::api::kinds::views;
use crate::api::{Key, Kind, Object, Reason, Reply, Status, Uid, time};
use crate::component::Rng;

/// The letters of generated names: no vowels, no digits that look like letters, so that no words come out.
const SUFFIX_LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
const SUFFIX_LENGTH: usize = 5;
/// A generated name is at most 63 characters.
const BASE_LENGTH_MAX: usize = 63 - SUFFIX_LENGTH;
/// How many generated names are tried before the server gives up.
const GENERATE_ATTEMPTS: usize = 8;

pub(super) fn create(call: &mut Call<'_, '_>) -> Result<Reply, Status> {
    let object = call.body()?;
    create_object(call, object)
}

/// Creates the object that was in the body.
pub(super) fn create_object(call: &mut Call<'_, '_>, mut object: Object) -> Result<Reply, Status> {
    accept_address(call, &mut object)?;
    metadata::drop_empty(object.metadata_mut());
    object.set_defaults();
    field_managers::note_creation(call, &mut object);
    insert(call, object)
}

/// Puts a new object, as its author wants it, into its place.
pub(super) fn insert(call: &mut Call<'_, '_>, mut object: Object) -> Result<Reply, Status> {
    let kind = call.key().kind;
    admission::admit(call, Operation::Create, &mut object, None)?;
    let head = call.context.store.head();
    authorization::confirm(call.request, &object, None, head)?;
    let uid = new_uid(call.context.rng);
    let created = time::time(call.context.now_ms);
    let meta = object.metadata_mut();
    meta.uid = Some(uid.to_string());
    meta.creation_timestamp = Some(created);
    meta.deletion_timestamp = None;
    meta.deletion_grace_period_seconds = None;
    meta.self_link = None;
    if meta.name.as_deref().unwrap_or_default().is_empty() {
        name_it(call, kind, &mut object);
    }
    object.prepare_create();
    if let Some(custom) = &call.custom {
        custom.prepare_create(&mut object);
    }
    let mut errors = Vec::new();
    metadata::validate(kind, object.metadata(), &mut errors);
    errors.extend(match &call.custom {
        Some(custom) => custom.validate(&object),
        None => object.validate(),
    });
    errors.extend(views::errors(&call.request.api_version, &object, None));
    if !errors.is_empty() {
        return Err(Status::invalid(kind, &object.name(), &errors));
    }
    if !call.is_typed {
        call.warnings.extend(object.warnings(None));
    }
    if object
        .metadata()
        .resource_version
        .as_deref()
        .is_some_and(|v| !v.is_empty() && v != "0")
    {
        return Err(Status::new(
            Reason::Unknown,
            "resourceVersion should not be set on objects to be created",
        ));
    }
    let charged = admission::validate(call, Operation::Create, &object, None)?;
    if !call.is_typed {
        let said = admission::warnings(call, Operation::Create, &object, None);
        call.warnings.extend(said);
    }
    let key = object.key();
    if let Some(there) = call.context.store.head().get(&key) {
        return Err(already_exists(there));
    }
    custom::warn_of_finalizers(call, &object, None);
    service_ip::allocate(call, &mut object)?;
    storage_size::check(call, &object)?;
    call.put_charged(charged);
    let stored = call.put(object);
    warn_if_unsimulated(call, kind);
    Ok(Reply::Object(stored))
}

/// Says of a kind that nobody acts on yet that its object was stored, and no more.
fn warn_if_unsimulated(call: &mut Call<'_, '_>, kind: Kind) {
    if call.request.dry_run || call.is_typed {
        return;
    }
    if let Some(actor) = kind.unsimulated() {
        let name = kind.info().name;
        call.warnings.push(format!(
            "KubeLoop does not run the {actor} yet: this {name} is stored, and nothing acts on it"
        ));
    }
}

/// The name is taken, perhaps by an object that is on its way out.
fn already_exists(there: &Object) -> Status {
    let status = Status::already_exists(there.kind(), &there.name());
    if there.metadata().deletion_timestamp.is_none() {
        return status;
    }
    Status {
        message: format!("object is being deleted: {}", status.message),
        ..status
    }
}

/// The body must not contradict the address: the namespace is that of the request, and so is the name if the request has one.
pub(super) fn accept_address(call: &Call<'_, '_>, object: &mut Object) -> Result<(), Status> {
    let key = call.key();
    metadata::agree_on_namespace(key, object)?;
    if key.name.is_empty() || object.name() == key.name {
        return Ok(());
    }
    if object.name().is_empty() && object.metadata().generate_name.is_none() {
        object.metadata_mut().name = Some(key.name.to_string());
        return Ok(());
    }
    Err(metadata::name_mismatch(&object.name(), &key.name))
}

/// Gives the object a name made of its `generateName` that nobody else has.
fn name_it(call: &mut Call<'_, '_>, kind: Kind, object: &mut Object) {
    let Some(base) = object
        .metadata()
        .generate_name
        .clone()
        .filter(|b| !b.is_empty())
    else {
        return;
    };
    let namespace = object.namespace();
    for _ in 0..GENERATE_ATTEMPTS {
        let name = generate_name(&base, call.context.rng);
        let taken = call
            .context
            .store
            .head()
            .get(&Key::new(kind, namespace.clone(), name.as_str()))
            .is_some();
        object.metadata_mut().name = Some(name);
        if !taken {
            return;
        }
    }
}

/// The base, cut to 58 bytes, and five letters by chance.
pub(super) fn generate_name(base: &str, rng: &mut Rng) -> String {
    let mut end = base.len().min(BASE_LENGTH_MAX);
    while !base.is_char_boundary(end) {
        end -= 1;
    }
    let mut name = String::with_capacity(end + SUFFIX_LENGTH);
    name.push_str(&base[..end]);
    let mut chance = rng.next_u64();
    for _ in 0..SUFFIX_LENGTH {
        let letters = SUFFIX_LETTERS.len() as u64;
        let index = usize::try_from(chance % letters).expect("less than the number of letters");
        name.push(char::from(SUFFIX_LETTERS[index]));
        chance /= letters;
    }
    name
}

/// A version 4 UUID.
pub(super) fn new_uid(rng: &mut Rng) -> Uid {
    let number = u128::from(rng.next_u64()) << 64 | u128::from(rng.next_u64());
    let version = 0x4 << 76;
    let variant = 0x2 << 62;
    let free = !(0xf << 76 | 0x3 << 62);
    Uid(number & free | version | variant)
}
