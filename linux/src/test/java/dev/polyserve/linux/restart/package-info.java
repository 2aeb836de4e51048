/// Tests of hot restarts.
@NullMarked
package dev.polyserve.linux.restart;

import org.jspecify.annotations.NullMarked;
