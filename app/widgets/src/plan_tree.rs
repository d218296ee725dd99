//! A plan as a tree: relations by their names with what they do, folded and walked with the keyboard as trees are.

use std::collections::HashSet;

use engine_api::PlanNode;
use leptos::{ev::KeyboardEvent, html::Div, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// A plan's relations from the top down.
#[component]
pub fn PlanTree(
    /// The relations; the inputs of one follow it, one level deeper.
    nodes: Vec<PlanNode>,
    /// The tree's name for assistive technology.
    label: String,
) -> impl IntoView {
    let levels: Vec<u32> = nodes.iter().map(|node| node.level).collect();
    let tree = StoredValue::new(Levels(levels));
    let folded = RwSignal::new(HashSet::<usize>::new());
    let hidden = Memo::new(move |_| folded.with(|folded| tree.with_value(|tree| tree.hidden(folded))));
    let current = RwSignal::new(0_usize);
    let place = NodeRef::<Div>::new();
    let go = move |to: usize| {
        current.set(to);
        let row = place
            .get_untracked()
            .and_then(|place| place.children().item(to as u32));
        if let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
            // A row that cannot take the focus leaves it where it is.
            let _ = row.focus();
        }
    };
    let fold = move |at: usize, fold: bool| {
        folded.update(|folded| {
            if fold {
                folded.insert(at);
            } else {
                folded.remove(&at);
            }
        });
    };
    let on_key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let at = current.get_untracked();
        let is_folded = folded.with_untracked(|folded| folded.contains(&at));
        let hidden = hidden.get_untracked();
        let next = |mut to: Box<dyn Iterator<Item = usize>>| to.find(|to| hidden.get(*to) == Some(&false));
        let (parent, has_inputs) = tree.with_value(|tree| (tree.parent(at), tree.has_inputs(at)));
        match event.key().as_str() {
            "ArrowDown" => next(Box::new(at + 1..hidden.len())).into_iter().for_each(go),
            "ArrowUp" => next(Box::new((0..at).rev())).into_iter().for_each(go),
            "Home" => go(0),
            "End" => next(Box::new((0..hidden.len()).rev())).into_iter().for_each(go),
            "ArrowRight" if has_inputs && is_folded => fold(at, false),
            "ArrowRight" if has_inputs => go(at + 1),
            "ArrowLeft" if has_inputs && !is_folded => fold(at, true),
            "ArrowLeft" => parent.into_iter().for_each(go),
            "Enter" | " " if has_inputs => fold(at, !is_folded),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let rows = nodes.into_iter().enumerate().map(|(at, node)| {
        let has_inputs = tree.with_value(|tree| tree.has_inputs(at));
        let expanded = move || has_inputs.then(|| folded.with(|folded| (!folded.contains(&at)).to_string()));
        view! {
            <div
                role="treeitem"
                class="plan-node"
                style:--level=node.level.to_string()
                attr:aria-level=(node.level + 1).to_string()
                aria-expanded=expanded
                tabindex=move || if current.get() == at { "0" } else { "-1" }
                hidden=move || hidden.with(|hidden| hidden.get(at) == Some(&true))
                on:focus=move |_| current.set(at)
                on:dblclick=move |_| {
                    if has_inputs {
                        fold(at, folded.with_untracked(|folded| !folded.contains(&at)));
                    }
                }
            >
                <b>{node.name}</b>
                {node.properties.into_iter().map(|(word, text)| view! {
                    <span class="plan-property">
                        {(!word.is_empty()).then(|| view! { <i>{word}</i>" " })}
                        <code>{text}</code>
                    </span>
                }).collect_view()}
            </div>
        }
    });
    view! {
        <div class="plan-tree" role="tree" aria-label=label node_ref=place on:keydown=on_key>
            {rows.collect_view()}
        </div>
    }
}

/// How deep each relation is, in order.
struct Levels(Vec<u32>);

impl Levels {
    fn has_inputs(&self, at: usize) -> bool {
        let level = |at: usize| self.0.get(at).copied().unwrap_or(0);
        level(at + 1) > level(at)
    }

    fn parent(&self, at: usize) -> Option<usize> {
        let level = self.0.get(at)?;
        (0..at).rev().find(|before| self.0[*before] < *level)
    }

    /// Which ones are inside of a folded one.
    fn hidden(&self, folded: &HashSet<usize>) -> Vec<bool> {
        let mut below = None;
        let hidden = self.0.iter().enumerate().map(|(at, level)| {
            if below.is_some_and(|folded| *level > folded) {
                return true;
            }
            below = folded.contains(&at).then_some(*level);
            false
        });
        hidden.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_folded_hides_what_is_below() {
        let levels = Levels(vec![0, 1, 2, 2, 1, 2]);
        let hidden = |folded: &[usize]| levels.hidden(&folded.iter().copied().collect());
        assert_eq!(hidden(&[]), [false; 6]);
        assert_eq!(hidden(&[1]), [false, false, true, true, false, false]);
        assert_eq!(hidden(&[1, 4]), [false, false, true, true, false, true]);
        assert_eq!(hidden(&[0, 4]), [false, true, true, true, true, true]);
        assert_eq!(
            (levels.parent(3), levels.parent(4), levels.parent(0)),
            (Some(1), Some(0), None)
        );
        assert!(levels.has_inputs(4) && !levels.has_inputs(5) && !levels.has_inputs(2));
    }
}
