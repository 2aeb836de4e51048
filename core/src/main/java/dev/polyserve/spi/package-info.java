/// The boundary between the public interface and its implementation: the server provider, its input, and the table of
/// models. Exported to the modules of this project only. With `dev.polyserve` it is one layer in two
/// packages, because a package is the smallest unit that a module can hide.
@NullMarked
package dev.polyserve.spi;

import org.jspecify.annotations.NullMarked;
