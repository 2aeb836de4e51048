/// Tests of the coroutines. The build runs them twice, with threads that can be lent and on a stock JDK.
@NullMarked
package dev.polyserve.coroutine;

import org.jspecify.annotations.NullMarked;
