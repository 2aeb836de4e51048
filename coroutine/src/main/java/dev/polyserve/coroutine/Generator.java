package dev.polyserve.coroutine;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/// A lazy sequence of values that a body yields one at a time, on demand.
///
/// ```java
/// try (Generator<Integer> squares = Generator.of(out -> {
///     for (int i = 1; ; i++) out.yield(i * i);
/// })) {
///     squares.next();   // 1
///     squares.next();   // 4
/// }
/// ```
///
/// A generator is an [Iterator], an [Iterable] that can be traversed once, and has a [#stream]. The body begins with
/// the first demand and runs only while its consumer waits, so the two need no locks between them.
///
/// The body ends in one of three ways. It returns. It throws: the consumer's call throws the same error, with a checked
/// exception as the cause of a [GeneratorException]. Or [#close] throws [GeneratorClosed] at its yield, so that its
/// `finally` blocks run. A generator that becomes unreachable before its end is closed by a cleaner thread.
///
/// **Cost**: with `--add-opens java.base/java.lang=ALL-UNNAMED` the body runs on the thread of its consumer, if that is
/// a platform thread; a value then takes some 100 ns and allocates nothing. Without the flag, consumer and body are two
/// threads that wake each other: about 1 µs between virtual threads, 5 to 20 µs where the consumer is a platform
/// thread. `docs/performance.md` has the figures. [Carrier#whyNot][dev.polyserve.coroutine.carrier.Carrier#whyNot]
/// reports which applies.
///
/// The body has a thread of its own, where scoped values and thread locals of the consumer are not visible.
///
/// **Thread**: any, one at a time.
@SuppressWarnings("IterableAndIterator") // as in Python, a generator is its own iterator; iterator() documents it
public final class Generator<T extends @Nullable Object> implements Iterator<T>, Iterable<T>, AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create(
            Thread.ofPlatform().daemon().name("polyserve-generator-closer").factory());

    private final GeneratorCoroutine<T> run;
    private Cleaner.@Nullable Cleanable cleanable;

    private Generator(GeneratorCoroutine<T> run) {
        this.run = run;
    }

    /// A generator of the values that `body` yields; the body does not begin yet.
    public static <T extends @Nullable Object> Generator<T> of(Body<T> body) {
        return new Generator<>(new GeneratorCoroutine<>(body));
    }

    /// Whether there is a next value; runs the body up to its next yield.
    @Override
    public boolean hasNext() {
        return run.isHeld() || advance(null, null);
    }

    /// The next value.
    ///
    /// @throws NoSuchElementException when the body has ended
    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the generator has ended");
        }
        return run.take();
    }

    /// Passes `value` to the yield at which the body waits ([Yielder#exchange]) and returns the next value.
    ///
    /// @throws IllegalStateException when the body does not wait at a yield: it has not begun, or its last value was
    ///         not taken
    /// @throws NoSuchElementException when the body has ended or ends without another value
    public T send(@Nullable Object value) {
        run.checkWaits("send a value");
        if (!advance(value, null)) {
            throw new NoSuchElementException("the generator has ended");
        }
        return run.take();
    }

    /// Throws `error` at the yield at which the body waits and returns the next value.
    ///
    /// When the body has not begun or has ended, this method throws the error at once.
    ///
    /// @throws NoSuchElementException when the body catches the error and ends
    public T throwIn(Throwable error) {
        if (run.isHeld()) {
            run.checkWaits("throw an error in");
        }
        if (!advance(null, error)) {
            throw new NoSuchElementException("the generator has ended");
        }
        return run.take();
    }

    /// Ends the body by throwing [GeneratorClosed] at its yield. Runs nothing when the body has not begun or has ended.
    ///
    /// @throws IllegalStateException when the body yields instead of ending, or closes its own generator
    @Override
    public void close() {
        try {
            run.close();
            clean();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /// The remaining values; closing the stream closes the generator.
    public Stream<T> stream() {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED), false)
                .onClose(this::close);
    }

    /// This generator, which can be traversed once.
    @Override
    public Iterator<T> iterator() {
        return this;
    }

    /// The state of the body, for a generator that delegates to this one.
    GeneratorCoroutine<T> run() {
        return run;
    }

    boolean advance(@Nullable Object sent, @Nullable Throwable thrown) {
        try {
            if (cleanable == null && !run.isEnded()) {
                cleanable = CLEANER.register(this, run::closeDropped);
            }
            return run.advance(sent, thrown);
        } finally {
            if (run.isEnded()) {
                clean();
            }
            // Otherwise the generator could be collected, and closed, while its body runs.
            Reference.reachabilityFence(this);
        }
    }

    private void clean() {
        Cleaner.Cleanable registered = cleanable;
        if (registered != null) {
            registered.clean();
        }
    }

    /// The body of a generator.
    @FunctionalInterface
    public interface Body<T extends @Nullable Object> {
        /// Yields values until it returns.
        void run(Yielder<T> out) throws Exception;
    }

    /// Passes the values of a body to its consumer.
    ///
    /// **Thread**: the body's.
    public sealed interface Yielder<T extends @Nullable Object> permits GeneratorCoroutine {
        /// Passes a value to the consumer and waits for the next demand.
        @SuppressWarnings("NamedLikeContextualKeyword") // the word for it; it is always qualified
        void yield(T value);

        /// Passes a value to the consumer and returns the value that it sends with the next demand: null for
        /// [Generator#next].
        ///
        /// @throws ClassCastException when the sent value is not of type `sent`
        <S> @Nullable S exchange(T value, Class<S> sent);

        /// Yields the remaining values of another generator.
        ///
        /// Meanwhile, sent values and thrown errors go to the other generator, and closing this one closes the other
        /// first. A delegated value costs no additional switch.
        void yieldAll(Generator<? extends T> other);

        /// Yields each element.
        default void yieldAll(Iterable<? extends T> elements) {
            for (T element : elements) {
                this.yield(element);
            }
        }
    }
}
