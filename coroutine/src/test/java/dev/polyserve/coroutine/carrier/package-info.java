/// Tests of carrier threads.
@NullMarked
package dev.polyserve.coroutine.carrier;

import org.jspecify.annotations.NullMarked;
