//! Input that is wrong on purpose: whatever is sent, the server says what upstream says, soon, and goes on. Tables, one for each way in;
//! what `make fuzz` begins with is tried here, too.
//!
//! The bound on time is generous: it is there to find what grows with the square of its input, in a build that is not optimised.

#[path = "hostile/addresses.rs"]
mod addresses;
#[path = "hostile/bodies.rs"]
mod bodies;
#[path = "hostile/case.rs"]
mod case;
#[path = "../fuzz/src/lib.rs"]
#[expect(
    unreachable_pub,
    reason = "public for the fuzzer, to which it is a crate of its own"
)]
mod checks;
#[path = "hostile/definitions.rs"]
mod definitions;
#[path = "hostile/lists.rs"]
mod lists;
#[path = "hostile/objects.rs"]
mod objects;
#[path = "hostile/patches.rs"]
mod patches;
#[path = "hostile/seeds.rs"]
mod seeds;
#[path = "hostile/texts.rs"]
mod texts;
