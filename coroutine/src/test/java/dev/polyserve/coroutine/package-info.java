/// Tests of generators and greenlets. The build runs them twice: with carrier threads, and on a JDK without the flag.
@NullMarked
package dev.polyserve.coroutine;

import org.jspecify.annotations.NullMarked;
