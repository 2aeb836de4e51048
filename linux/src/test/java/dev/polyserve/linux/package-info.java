/// What the models of this module serve.
@NullMarked
package dev.polyserve.linux;

import org.jspecify.annotations.NullMarked;
