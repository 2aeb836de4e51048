/// The seam between the public interface and what carries it out: the engine, what it is given, and the variants of
/// [dev.polyserve.Model]. Exported to the modules of this project only; with `dev.polyserve` it is one layer in two packages,
/// because a package is the smallest thing that a module can keep to itself.
@NullMarked
package dev.polyserve.spi;

import org.jspecify.annotations.NullMarked;
