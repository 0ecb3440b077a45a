//! The lower box of the architecture diagram: what runs on every node.
