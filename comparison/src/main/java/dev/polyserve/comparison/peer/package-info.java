/// Java servers to compare with by `polyserve bench`, each written as its own documentation recommends: echo servers,
/// and small stores that speak RESP.
///
/// **Thread**: each peer is the only one in its process. **May use**: no class of this project, so that a peer does not
/// measure parts of it.
@NullMarked
package dev.polyserve.comparison.peer;

import org.jspecify.annotations.NullMarked;
