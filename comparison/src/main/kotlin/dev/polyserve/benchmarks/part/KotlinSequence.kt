package dev.polyserve.comparison.part

/**
 * Kotlin's own generators. The compiler makes a state machine of a body, and the consumer's thread steps it: there is no stack to
 * switch to, and only a body that the compiler has seen can yield. Generic, so that no value is boxed anew.
 */
internal object KotlinSequence {
    /** One value for ever. */
    @JvmStatic
    fun <T> endless(value: T): Iterator<T> = sequence { while (true) yield(value) }.iterator()

    /** The same from below [depth] others, each of which delegates to the next, as Python's `yield from` does. */
    @JvmStatic
    fun <T> delegating(depth: Int, value: T): Iterator<T> = level(depth, value).iterator()

    private fun <T> level(depth: Int, value: T): Sequence<T> =
        sequence { if (depth == 0) while (true) yield(value) else yieldAll(level(depth - 1, value)) }
}
