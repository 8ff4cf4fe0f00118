//! Which shapes contain each other.

use super::{Id, Kind, Rest, Shapes};

impl Shapes {
    /// The shapes directly inside a shape; of a union, its alternatives.
    fn children(&self, id: Id) -> Vec<Id> {
        match self.kind(id) {
            Kind::List(item) => vec![*item],
            Kind::Tuple(inner) => inner.clone(),
            Kind::Union(_) => self.leaves(id).to_vec(),
            Kind::Object(fields, rest) => {
                let rest = match rest {
                    Rest::Map(item) => Some(*item),
                    _ => None,
                };
                let fields = fields.iter().map(|field| field.shape);
                fields.chain(rest).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Returns for each shape whether it has to be referred to by name, because it contains itself and no other shape on the
    /// way has a name that is used.
    pub(super) fn find_recursive(&self) -> Vec<bool> {
        let is_named = |id: Id| {
            let node = self.node(id);
            let is_large = matches!(node.kind, Kind::Object(..) | Kind::Union(_));
            id == self.root || (node.name.is_some() && is_large)
        };
        let mut recursive = self.on_cycles(|_, child| !is_named(child));
        for (id, found) in recursive.iter_mut().enumerate() {
            *found &= !matches!(self.kind(id), Kind::Union(_));
        }
        recursive[self.root] = self.on_cycles(|_, _| true)[self.root];
        recursive
    }

    /// Returns for each shape whether it is on a cycle of these edges, or between two.
    fn on_cycles(&self, is_edge: impl Fn(Id, Id) -> bool) -> Vec<bool> {
        let (mut down, mut up) = (self.edges(), vec![Vec::new(); self.nodes.len()]);
        for (id, children) in down.iter_mut().enumerate() {
            children.retain(|child| is_edge(id, *child));
            for child in children {
                up[*child].push(id);
            }
        }
        let (downward, upward) = (peel(&down, &up), peel(&up, &down));
        self.ids().map(|id| downward[id] && upward[id]).collect()
    }

    fn edges(&self) -> Vec<Vec<Id>> {
        self.ids().map(|id| self.children(id)).collect()
    }

    /// Returns for each shape whether a default is somewhere inside its values.
    pub(super) fn find_defaults(&self) -> Vec<bool> {
        let mut up = vec![Vec::new(); self.nodes.len()];
        for (id, children) in self.edges().into_iter().enumerate() {
            for child in children {
                up[child].push(id);
            }
        }
        let mut holds = vec![false; self.nodes.len()];
        let has_default = |id: &Id| match self.kind(*id) {
            Kind::Object(fields, _) => fields.iter().any(|field| field.default.is_some()),
            _ => false,
        };
        let mut next: Vec<Id> = self.ids().filter(has_default).collect();
        while let Some(id) = next.pop() {
            if !std::mem::replace(&mut holds[id], true) {
                next.extend(&up[id]);
            }
        }
        holds
    }
}

/// Removes what leads nowhere, again and again. Returns whether each is left: those that lead to a cycle.
fn peel(down: &[Vec<Id>], up: &[Vec<Id>]) -> Vec<bool> {
    let mut left: Vec<usize> = down.iter().map(Vec::len).collect();
    let mut next: Vec<Id> = (0..down.len()).filter(|id| left[*id] == 0).collect();
    while let Some(id) = next.pop() {
        for parent in &up[id] {
            left[*parent] -= 1;
            next.extend((left[*parent] == 0).then_some(parent));
        }
    }
    left.into_iter().map(|count| count > 0).collect()
}
