//! The message loop: one for the messages of context, layout and page.

use rally_core::screen::Screen;

use super::programs::{Issued, Programs, Source};

/// Handles every message, then renders once what they have changed. `perform` may show
/// another page, or run the loop itself. Whether the page that was shown is rendered.
pub fn run(programs: &Programs, screen: &Screen, mut perform: impl FnMut(Issued)) -> bool {
    let shown = programs.page_owner();
    let (mut layout, mut page) = (false, false);
    while let Some(issued) = programs.step() {
        match issued.source {
            Source::Context => programs.context_changed(),
            Source::Layout => layout = true,
            Source::Page => page = true,
        }
        perform(issued);
    }
    let all = programs.take_context_changed();
    if all || layout {
        screen.redraw_layout();
    }
    // Another page is rendered anyway.
    let redraws_page = (all || page) && programs.page_owner() == shown;
    if redraws_page {
        screen.redraw_page();
    }
    redraws_page
}
