/// Rules that hold for all modules, checked over their sources and their classes.
@NullMarked
package dev.polyserve.architecture;

import org.jspecify.annotations.NullMarked;
