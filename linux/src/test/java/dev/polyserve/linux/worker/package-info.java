/// Tests of a worker's side.
@NullMarked
package dev.polyserve.linux.worker;

import org.jspecify.annotations.NullMarked;
