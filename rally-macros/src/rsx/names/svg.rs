//! SVG elements and attributes.

/// Elements that only SVG has.
pub(crate) const ELEMENTS: &str = "animate animateMotion animateTransform circle clipPath defs desc \
     ellipse feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix \
     feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG \
     feFuncR feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight \
     feSpecularLighting feSpotLight feTile feTurbulence filter foreignObject g hatch hatchpath image \
     line linearGradient marker mask metadata mpath path pattern polygon polyline radialGradient rect \
     set stop switch symbol text textPath tspan use view";

/// Elements that SVG and HTML have. Their parent decides between the two.
pub(crate) const SHARED: &str = "a script style svg title";

/// Attributes of every SVG element, besides the global ones of HTML.
pub(crate) const ATTRIBUTES: &str = "accumulate additive alignment-baseline amplitude attributeName \
     attributeType azimuth baseFrequency baseline-shift baseProfile begin bias by calcMode clip \
     clip-path clip-rule clipPathUnits color color-interpolation color-interpolation-filters \
     color-rendering crossorigin cursor cx cy d decoding diffuseConstant direction display divisor \
     dominant-baseline download dur dx dy edgeMode elevation end exponent fetchpriority fill \
     fill-opacity fill-rule filter filterUnits flood-color flood-opacity font-family font-size \
     font-size-adjust font-stretch font-style font-variant font-weight from fr fx fy \
     glyph-orientation-horizontal glyph-orientation-vertical gradientTransform gradientUnits height \
     href hreflang image-rendering in in2 intercept k1 k2 k3 k4 kernelMatrix kernelUnitLength \
     keyPoints keySplines keyTimes lengthAdjust letter-spacing lighting-color limitingConeAngle \
     marker-end marker-mid marker-start markerHeight markerUnits markerWidth mask mask-type \
     maskContentUnits maskUnits max media method min mode name numOctaves offset opacity operator \
     order orient origin overflow paint-order path pathLength patternContentUnits patternTransform \
     patternUnits ping pointer-events points pointsAtX pointsAtY pointsAtZ preserveAlpha \
     preserveAspectRatio primitiveUnits r radius refX refY referrerpolicy rel repeatCount repeatDur \
     requiredExtensions restart result rotate rx ry scale seed shape-rendering side slope spacing \
     specularConstant specularExponent speed spreadMethod startOffset stdDeviation stitchTiles \
     stop-color stop-opacity stroke stroke-dasharray stroke-dashoffset stroke-linecap \
     stroke-linejoin stroke-miterlimit stroke-opacity stroke-width surfaceScale systemLanguage \
     tableValues target targetX targetY text-anchor text-decoration text-rendering textLength to \
     transform transform-origin type unicode-bidi values vector-effect version viewBox visibility \
     width word-spacing writing-mode x x1 x2 xChannelSelector xlink:href xml:space y y1 y2 \
     yChannelSelector z zoomAndPan";
