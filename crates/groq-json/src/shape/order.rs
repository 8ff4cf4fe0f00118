//! Which shapes contain each other, and in which order to go through them.

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

    /// Returns the strongly connected components, inner ones first (Tarjan's algorithm, without recursion).
    fn components(&self, children_of: impl Fn(Id) -> Vec<Id>) -> Vec<Vec<Id>> {
        let mut visits: Vec<Option<Visit>> = self.ids().map(|_| None).collect();
        let (mut stack, mut found, mut count) = (Vec::new(), Vec::new(), 0);
        for root in self.ids() {
            let mut calls = vec![(root, None::<Vec<Id>>)];
            while let Some((id, children)) = calls.last_mut() {
                let id = *id;
                let children = children.get_or_insert_with(|| {
                    if visits[id].is_some() {
                        return Vec::new();
                    }
                    visits[id] = Some(Visit {
                        index: count,
                        low: count,
                        open: true,
                    });
                    count += 1;
                    stack.push(id);
                    children_of(id)
                });
                if let Some(child) = children.pop() {
                    match visits[child] {
                        None => calls.push((child, None)),
                        Some(visit) if visit.open => lower(&mut visits, id, visit.index),
                        Some(_) => {}
                    }
                    continue;
                }
                calls.pop();
                let Some(visit) = visits[id].filter(|visit| visit.open) else {
                    continue;
                };
                if let Some((parent, _)) = calls.last() {
                    lower(&mut visits, *parent, visit.low);
                }
                if visit.low == visit.index {
                    let start = stack.iter().rposition(|open| *open == id);
                    let component = stack.split_off(start.unwrap_or_default());
                    for id in &component {
                        if let Some(visit) = &mut visits[*id] {
                            visit.open = false;
                        }
                    }
                    found.push(component);
                }
            }
        }
        found
    }

    /// Returns for each shape whether it has to be referred to by name, because it contains itself and no other shape on the
    /// way has a name that is used.
    pub(super) fn find_recursive(&self) -> Vec<bool> {
        let is_named = |id: Id| {
            let node = self.node(id);
            let is_large = matches!(node.kind, Kind::Object(..) | Kind::Union(_));
            id == self.root || (node.name.is_some() && is_large)
        };
        let mut recursive = vec![false; self.nodes.len()];
        let unnamed = |id: Id| {
            let mut children = self.children(id);
            children.retain(|child| !is_named(*child));
            children
        };
        for component in self.components(unnamed) {
            for id in &component {
                let is_union = matches!(self.kind(*id), Kind::Union(_));
                let cycle = component.len() > 1 || unnamed(*id).contains(id);
                recursive[*id] = cycle && !is_union;
            }
        }
        let components = self.components(|id| self.children(id));
        let root = components.iter().find(|part| part.contains(&self.root));
        recursive[self.root] = root.is_some_and(|part| part.len() > 1)
            || self.children(self.root).contains(&self.root);
        recursive
    }

    /// Returns for each shape whether a default is somewhere inside its values.
    pub(super) fn find_defaults(&self) -> Vec<bool> {
        let mut holds = vec![false; self.nodes.len()];
        for component in self.components(|id| self.children(id)) {
            let any = component.iter().any(|id| {
                let own = match self.kind(*id) {
                    Kind::Object(fields, _) => fields.iter().any(|field| field.default.is_some()),
                    _ => false,
                };
                own || self.children(*id).iter().any(|child| holds[*child])
            });
            for id in component {
                holds[id] = any;
            }
        }
        holds
    }
}

/// What is known about a shape that has been reached.
#[derive(Clone, Copy)]
struct Visit {
    index: usize,
    /// The smallest index that is reached from it.
    low: usize,
    /// Whether its component is not complete.
    open: bool,
}

fn lower(visits: &mut [Option<Visit>], id: Id, index: usize) {
    if let Some(visit) = &mut visits[id] {
        visit.low = visit.low.min(index);
    }
}
