//! ARIA attributes.

/// Names without `aria-`.
pub(crate) const ARIA: &str = "activedescendant atomic autocomplete braillelabel \
     brailleroledescription busy checked colcount colindex colindextext colspan controls current \
     describedby description details disabled dropeffect errormessage expanded flowto grabbed \
     haspopup hidden invalid keyshortcuts label labelledby level live modal multiline \
     multiselectable orientation owns placeholder posinset pressed readonly relevant required \
     roledescription rowcount rowindex rowindextext rowspan selected setsize sort valuemax valuemin \
     valuenow valuetext";
