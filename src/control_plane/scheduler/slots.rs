//! The nodes' places in memory: as quick to walk as an array, as cheap to share as a persistent map.
//!
//! Every pod walks over hundreds of nodes, and every checkpoint of the cluster shares the whole array. So it is an array of short arrays: a
//! clone is one pointer, and the first change after it copies the short array that it is in and the pointers to the others.

use super::node_info::NodeInfo;
use std::ops::Index;
use std::sync::Arc;

/// Nodes per short array.
const CHUNK: usize = 32;

/// Nodes by slot.
#[derive(Clone, Debug, PartialEq, Default)]
pub(super) struct Slots(Arc<Vec<Arc<Vec<NodeInfo>>>>);

impl Slots {
    /// How many slots there are.
    #[must_use]
    pub(super) fn len(&self) -> usize {
        let last = self.0.last().map_or(0, |chunk| chunk.len());
        self.0.len().saturating_sub(1) * CHUNK + last
    }

    /// Adds a slot at the end.
    pub(super) fn push(&mut self, info: NodeInfo) {
        let chunks = Arc::make_mut(&mut self.0);
        match chunks.last_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(chunk) => Arc::make_mut(chunk).push(info),
            None => chunks.push(Arc::new(vec![info])),
        }
    }

    /// The node in this slot, to be changed.
    pub(super) fn get_mut(&mut self, slot: usize) -> &mut NodeInfo {
        let chunk = &mut Arc::make_mut(&mut self.0)[slot / CHUNK];
        &mut Arc::make_mut(chunk)[slot % CHUNK]
    }
}

impl Index<usize> for Slots {
    type Output = NodeInfo;

    fn index(&self, slot: usize) -> &NodeInfo {
        &self.0[slot / CHUNK][slot % CHUNK]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_do_not_reach_the_copy() {
        let mut slots = Slots::default();
        for slot in 0..CHUNK + 3 {
            assert_eq!(slots.len(), slot);
            slots.push(NodeInfo::of_pods_only(slot.to_string().into()));
        }
        let copy = slots.clone();
        slots.get_mut(CHUNK + 1).pods = 7;
        slots.push(NodeInfo::of_pods_only("new".into()));
        assert_eq!((copy.len(), slots.len()), (CHUNK + 3, CHUNK + 4));
        assert_eq!((copy[CHUNK + 1].pods, slots[CHUNK + 1].pods), (0, 7));
        assert_eq!(slots[CHUNK].name, CHUNK.to_string());
    }
}
