//! The message loop of context, layout and page.

use rally_core::screen::Screen;

use super::programs::{Issued, Programs, Source};

/// Handles all queued messages, then renders the changed programs once. `perform` executes the
/// effects. An effect may show another page, or call this function again. Returns `true` if the
/// page that was shown at the start is rendered again.
pub fn run(programs: &Programs, screen: &Screen, mut perform: impl FnMut(Issued)) -> bool {
    let shown = programs.page_owner();
    let (mut layout, mut page) = (false, false);
    while let Some(issued) = next(programs) {
        match issued.source {
            Source::Context => programs.context_changed(),
            Source::Layout => layout = true,
            Source::Page => page = true,
        }
        perform(issued);
    }
    let context = programs.take_context_changed();
    if context || layout {
        screen.redraw_layout();
    }
    // If `perform` has shown another page, that page is rendered anyway.
    let redraws_page = (context || page) && programs.page_owner() == shown;
    if redraws_page {
        screen.redraw_page();
    }
    redraws_page
}

/// Handles the next message. If none is queued, clears the signal and looks once more: after the
/// first look, another thread may have queued a message.
fn next(programs: &Programs) -> Option<Issued> {
    programs.step().or_else(|| {
        programs.signal().clear();
        programs.step()
    })
}
