//! HTML elements and the names of their attributes.

mod attributes;

pub(crate) use attributes::{ATTRIBUTES, FLAGS};

/// Name, own attributes and description of each element. The elements `html`,
/// `head` and `body` are missing: the document belongs to Rally.
pub(crate) const ELEMENTS: &[(&str, &str, &str)] = &[
    (
        "a",
        "download href hreflang ping referrerpolicy rel target type",
        "A link to another page, file, place or address.",
    ),
    ("abbr", "", "An abbreviation. `title` has its long form."),
    ("address", "", "Contact information of the nearest article or of the page."),
    (
        "area",
        "alt coords download href ping referrerpolicy rel shape target",
        "A clickable area of an image map.",
    ),
    ("article", "", "A part of the page that makes sense alone, such as a post."),
    ("aside", "", "Content beside the main content."),
    (
        "audio",
        "autoplay controls controlslist crossorigin loop muted preload src",
        "Sound or an audio stream.",
    ),
    ("b", "", "Text that stands out, without being more important."),
    ("base", "href target", "The base URL of all relative URLs of the document."),
    ("bdi", "", "Text whose direction is isolated from the text around it."),
    ("bdo", "", "Text in the direction that `dir` says."),
    ("blockquote", "cite", "A quotation of one or more paragraphs."),
    ("br", "", "A line break."),
    (
        "button",
        "command commandfor disabled form formaction formenctype formmethod formnovalidate formtarget \
         name popovertarget popovertargetaction type value",
        "A button.",
    ),
    ("canvas", "height width", "An area that scripts draw on."),
    ("caption", "", "The title of a table."),
    ("cite", "", "The title of a cited work."),
    ("code", "", "Computer code."),
    ("col", "span", "Columns of a table."),
    ("colgroup", "span", "A group of columns of a table."),
    ("data", "value", "Content with its machine-readable form in `value`."),
    ("datalist", "", "Suggested values of an `input`."),
    ("dd", "", "The description of a term in a `dl`."),
    ("del", "cite datetime", "Deleted text."),
    ("details", "name open", "Content that the user can open and close."),
    ("dfn", "", "The term that is being defined."),
    ("dialog", "closedby open", "A dialog box."),
    ("div", "", "A container without a meaning of its own."),
    ("dl", "", "A list of terms with descriptions."),
    ("dt", "", "A term in a `dl`."),
    ("em", "", "Emphasized text."),
    ("embed", "height src type width", "External content, shown by a plugin."),
    ("fieldset", "disabled form name", "A group of the fields of a form."),
    ("figcaption", "", "The caption of a `figure`."),
    ("figure", "", "An illustration, diagram or listing, with an optional caption."),
    ("footer", "", "The footer of a page, article or section."),
    (
        "form",
        "accept-charset action autocomplete enctype method name novalidate rel target",
        "A form, whose fields are submitted together.",
    ),
    ("h1", "", "A heading of the first level."),
    ("h2", "", "A heading of the second level."),
    ("h3", "", "A heading of the third level."),
    ("h4", "", "A heading of the fourth level."),
    ("h5", "", "A heading of the fifth level."),
    ("h6", "", "A heading of the sixth level."),
    ("header", "", "The header of a page, article or section."),
    ("hgroup", "", "A heading with its subheadings."),
    ("hr", "", "A break between paragraphs, shown as a line."),
    ("i", "", "Text in another voice, such as a technical term."),
    (
        "iframe",
        "allow allowfullscreen height loading name referrerpolicy sandbox src srcdoc width",
        "Another page within this page.",
    ),
    (
        "img",
        "alt crossorigin decoding elementtiming fetchpriority height ismap loading referrerpolicy sizes src \
         srcset usemap width",
        "An image.",
    ),
    (
        "input",
        "accept alt alpha autocomplete capture checked colorspace dirname disabled form formaction \
         formenctype formmethod formnovalidate formtarget height list max \
         maxlength min minlength multiple name pattern placeholder popovertarget popovertargetaction \
         readonly required size src step type value webkitdirectory width",
        "A field of a form.",
    ),
    ("ins", "cite datetime", "Inserted text."),
    ("kbd", "", "Text that the user types."),
    ("label", "for", "The label of a field of a form."),
    ("legend", "", "The caption of a `fieldset`."),
    ("li", "value", "An item of a list."),
    (
        "link",
        "as blocking color crossorigin disabled fetchpriority href hreflang imagesizes imagesrcset \
         integrity media referrerpolicy rel sizes type",
        "A relation to another resource, such as a style sheet.",
    ),
    ("main", "", "The main content of the page."),
    ("map", "name", "An image map, with its `area`s."),
    ("mark", "", "Highlighted text."),
    ("math", "", "A formula in MathML."),
    ("menu", "", "A list of commands."),
    ("meta", "charset content http-equiv media name property", "Metadata of the document."),
    ("meter", "form high low max min optimum value", "A value within a known range."),
    ("nav", "", "Navigation links."),
    ("noscript", "", "Content for browsers without scripts."),
    ("object", "data form height name type width", "An external resource."),
    ("ol", "reversed start type", "A numbered list."),
    ("optgroup", "disabled label", "A group of options of a `select`."),
    ("option", "disabled label selected value", "An option of a `select` or `datalist`."),
    ("output", "for form name", "The result of a calculation or of an action."),
    ("p", "", "A paragraph."),
    ("picture", "", "An image in several versions: `source`s and an `img`."),
    ("pre", "", "Text that keeps its spaces and line breaks."),
    ("progress", "max value", "The progress of a task."),
    ("q", "cite", "A short quotation."),
    ("rp", "", "A parenthesis for browsers without ruby annotations."),
    ("rt", "", "The text of a ruby annotation."),
    ("ruby", "", "Text with an annotation, such as its pronunciation."),
    ("s", "", "Text that is no longer accurate or relevant."),
    ("samp", "", "Output of a program."),
    (
        "script",
        "async blocking crossorigin defer fetchpriority integrity nomodule referrerpolicy src type",
        "A script, or data for scripts.",
    ),
    ("search", "", "Controls to search or filter."),
    ("section", "", "A section of the page, typically with a heading."),
    (
        "select",
        "autocomplete disabled form multiple name required size value",
        "A field in which the user chooses an option.",
    ),
    ("selectedcontent", "", "The content of the selected option, within a `select`."),
    ("slot", "name", "A place of a web component that the user of the component fills."),
    ("small", "", "Side comments and small print."),
    (
        "source",
        "height media sizes src srcset type width",
        "A version of a picture, sound or video.",
    ),
    ("span", "", "An inline container without a meaning of its own."),
    ("strong", "", "Important text."),
    ("style", "blocking media type", "A style sheet."),
    ("sub", "", "Subscript."),
    ("summary", "", "The summary of a `details`, which the user clicks."),
    ("sup", "", "Superscript."),
    ("svg", "", "An image in SVG."),
    ("table", "", "A table."),
    ("tbody", "", "The rows of a table, or a group of them."),
    ("td", "colspan headers rowspan", "A cell of a table."),
    (
        "template",
        "shadowrootclonable shadowrootdelegatesfocus shadowrootmode shadowrootserializable",
        "Markup that is not shown. Scripts can copy it.",
    ),
    (
        "textarea",
        "autocomplete cols dirname disabled form maxlength minlength name placeholder \
         readonly required rows value wrap",
        "A field for several lines of text.",
    ),
    ("tfoot", "", "The rows at the end of a table, such as sums."),
    ("th", "abbr colspan headers rowspan scope", "A header cell of a table."),
    ("thead", "", "The rows with the column headers of a table."),
    ("time", "datetime", "A date, time or duration."),
    ("title", "", "The title of the document."),
    ("tr", "", "A row of a table."),
    ("track", "default kind label src srclang", "Subtitles or captions of a video or sound."),
    ("u", "", "Text with an annotation that is not in words, such as a misspelling."),
    ("ul", "", "A list without numbers."),
    ("var", "", "A variable of a formula or program."),
    (
        "video",
        "autoplay controls controlslist crossorigin disablepictureinpicture disableremoteplayback height \
         loop muted playsinline poster preload src width",
        "A video.",
    ),
    ("wbr", "", "A place at which a line may break."),
];

/// Attributes of every element, except of those that begin with `aria_`.
pub(crate) const GLOBAL: &str = "accesskey autocapitalize autocorrect autofocus class contenteditable \
     dangerous_inner_html dir draggable elementtiming enterkeyhint exportparts headingoffset \
     headingreset hidden id inert inputmode is itemid itemprop itemref itemscope itemtype key lang \
     nonce part popover role slot spellcheck style tabindex title translate writingsuggestions xmlns";

/// Elements without content and end tag.
pub(crate) const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr",
];
