/// Servers in Java that `polyserve bench` compares with, each written as its own documentation writes one: echo servers, and
/// small stores that speak RESP.
///
/// **Thread**: each peer is the only one in its process. **May use**: no class of this project, so that nothing of it
/// is measured with them.
@NullMarked
package dev.polyserve.comparison.peer;

import org.jspecify.annotations.NullMarked;
