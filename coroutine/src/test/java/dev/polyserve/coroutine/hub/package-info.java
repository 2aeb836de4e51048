/// Tests of the hub. The build runs them twice: with carrier threads, and on a JDK without the flag.
@NullMarked
package dev.polyserve.coroutine.hub;

import org.jspecify.annotations.NullMarked;
