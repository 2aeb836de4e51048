package dev.polyserve.comparison.part

/**
 * Kotlin's own generators. The compiler turns a body into a state machine, and the consumer's thread steps it: there is no
 * stack switch, and only code within such a body can yield. Generic, so that values are not boxed again.
 */
internal object KotlinSequence {
    /** Yields one value forever. */
    @JvmStatic
    fun <T> endless(value: T): Iterator<T> = sequence { while (true) yield(value) }.iterator()

    /** The same through [depth] generators, each of which delegates to the next, as Python's `yield from` does. */
    @JvmStatic
    fun <T> delegating(depth: Int, value: T): Iterator<T> = level(depth, value).iterator()

    private fun <T> level(depth: Int, value: T): Sequence<T> =
        sequence { if (depth == 0) while (true) yield(value) else yieldAll(level(depth - 1, value)) }
}
