//! CSS properties, for the error that an attribute has the name of one.

pub(crate) const PROPERTIES: &str = "accent-color align-content align-items align-self alignment-baseline all animation \
     animation-delay animation-direction animation-duration animation-fill-mode \
     animation-iteration-count animation-name animation-play-state animation-timing-function \
     appearance aspect-ratio backdrop-filter backface-visibility background background-attachment \
     background-blend-mode background-clip background-color background-image background-origin \
     background-position background-position-x background-position-y background-repeat \
     background-size baseline-shift block-size border border-bottom border-bottom-color \
     border-bottom-left-radius border-bottom-right-radius border-bottom-style border-bottom-width \
     border-collapse border-color border-image border-image-outset border-image-repeat \
     border-image-slice border-image-source border-image-width border-left border-left-color \
     border-left-style border-left-width border-radius border-right border-right-color \
     border-right-style border-right-width border-spacing border-style border-top \
     border-top-color border-top-left-radius border-top-right-radius border-top-style \
     border-top-width border-width bottom box-decoration-break box-shadow box-sizing break-after \
     break-before break-inside caption-side caret-color clear clip clip-path clip-rule color \
     color-interpolation color-interpolation-filters color-rendering color-scheme column-count \
     column-fill column-gap column-rule column-rule-color column-rule-style column-rule-width \
     column-span column-width columns contain container container-name container-type content \
     content-visibility counter-increment counter-reset counter-set cursor direction display \
     dominant-baseline empty-cells fill fill-opacity fill-rule filter fit-content flex flex-basis \
     flex-direction flex-flow flex-grow flex-shrink flex-wrap float flood-color flood-opacity \
     font font-family font-feature-settings font-kerning font-size font-size-adjust font-stretch \
     font-style font-synthesis font-variant font-variant-alternates font-variant-caps \
     font-variant-east-asian font-variant-ligatures font-variant-numeric font-variant-position \
     font-weight gap grid grid-area grid-auto-columns grid-auto-flow grid-auto-rows grid-column \
     grid-column-end grid-column-start grid-row grid-row-end grid-row-start grid-template \
     grid-template-areas grid-template-columns grid-template-rows hanging-punctuation height \
     hyphenate-character hyphens image-orientation image-rendering inline-size inset inset-block \
     inset-inline isolation justify-content justify-items justify-self left letter-spacing \
     lighting-color line-break line-clamp line-height list-style list-style-image \
     list-style-position list-style-type margin margin-block margin-bottom margin-inline \
     margin-left margin-right margin-top marker marker-end marker-mid marker-start mask mask-clip \
     mask-image mask-origin mask-position mask-repeat mask-size mask-type max-block-size \
     max-height max-inline-size max-width min-block-size min-height min-inline-size min-width \
     mix-blend-mode object-fit object-position object-view-box offset offset-path opacity order \
     orphans outline outline-color outline-offset outline-style outline-width overflow \
     overflow-wrap overflow-x overflow-y overscroll-behavior padding padding-block padding-bottom \
     padding-inline padding-left padding-right padding-top page-break-after page-break-before \
     page-break-inside paint-order perspective perspective-origin place-content place-items \
     place-self pointer-events position quotes resize right rotate row-gap ruby-position scale \
     scroll-behavior scroll-margin scroll-padding scroll-snap-align scroll-snap-stop \
     scroll-snap-type scrollbar-color scrollbar-gutter scrollbar-width shape-image-threshold \
     shape-margin shape-outside shape-rendering stop-color stop-opacity stroke stroke-dasharray \
     stroke-dashoffset stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity \
     stroke-width tab-size table-layout text-align text-align-last text-anchor \
     text-combine-upright text-decoration text-decoration-color text-decoration-line \
     text-decoration-style text-decoration-thickness text-emphasis text-emphasis-color \
     text-emphasis-position text-emphasis-style text-indent text-justify text-orientation \
     text-overflow text-rendering text-shadow text-size-adjust text-transform \
     text-underline-offset text-underline-position text-wrap top touch-action transform \
     transform-box transform-origin transform-style transition transition-delay \
     transition-duration transition-property transition-timing-function translate unicode-bidi \
     user-select vector-effect vertical-align view-transition-name visibility white-space widows \
     width will-change word-break word-spacing word-wrap writing-mode z-index zoom";
