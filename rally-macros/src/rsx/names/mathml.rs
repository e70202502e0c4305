//! MathML elements and attributes.

/// Elements that only MathML has.
pub(crate) const ELEMENTS: &str = "annotation annotation-xml maction merror mfrac mi mmultiscripts mn \
     mo mover mpadded mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable \
     mtd mtext mtr munder munderover semantics";

/// Attributes of every MathML element, besides the global ones of HTML.
pub(crate) const ATTRIBUTES: &str = "accent accentunder columnspan depth display displaystyle encoding \
     fence form height href largeop linethickness lspace mathbackground mathcolor mathsize \
     mathvariant maxsize minsize movablelimits rowspan rspace scriptlevel separator stretchy symmetric \
     voffset width";
