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

/// Values that a body yields one after another, each when it is asked for.
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
/// It is an [Iterator], an [Iterable] that can be gone through once, and has a [#stream]. The body begins at the first demand,
/// and runs while its consumer waits, so the two never run at once and need no locks between them. It ends by
/// returning, by an error, which comes out where the value was asked for (a checked one as the cause of a
/// [GeneratorException]), or by [#close], which throws [GeneratorClosed] at the yield, so that its `finally` runs. One that is
/// dropped half-way is closed by a thread of ours after the garbage collector has found it.
///
/// **Cost**: with `--add-opens java.base/java.lang=ALL-UNNAMED` the body runs on the thread of its consumer, if that is a
/// platform thread; a value then takes some 100 ns and allocates nothing. Without it, consumer and body are two threads that
/// wake each other: about 1 µs between virtual threads, 5 to 20 µs where the consumer is a platform thread.
/// `docs/performance.md` has the figures. [Carrier#whyNot] tells which it is.
///
/// The body has a thread of its own: scoped values and thread locals of the consumer are not seen there.
///
/// **Thread**: one at a time, as with any iterator; not always the same.
@SuppressWarnings("IterableAndIterator") // as in Python: an iterator in a for loop, and in hand; iterator() says it is one
public final class Generator<T extends @Nullable Object> implements Iterator<T>, Iterable<T>, AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create(
            Thread.ofPlatform().daemon().name("polyserve-generator-closer").factory());

    private final GeneratorRun<T> run;
    private Cleaner.@Nullable Cleanable cleanable;

    private Generator(GeneratorRun<T> run) {
        this.run = run;
    }

    /// A generator of what `body` yields; nothing runs yet.
    public static <T extends @Nullable Object> Generator<T> of(Body<T> body) {
        return new Generator<>(new GeneratorRun<>(body));
    }

    /// Whether there is a next value; runs the body up to it.
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

    /// The next value, after `value` was handed to the yield at which the body waits ([Yielder#exchange]).
    ///
    /// @throws IllegalStateException when the body does not wait at a yield: not begun, or its value not taken yet
    /// @throws NoSuchElementException when the body has ended, or ends now
    public T send(@Nullable Object value) {
        run.checkWaits("send a value");
        if (!advance(value, null)) {
            throw new NoSuchElementException("the generator has ended");
        }
        return run.take();
    }

    /// The next value, after `error` was thrown at the yield at which the body waits. In a body that has not begun or that has
    /// ended nothing runs: the error comes back at once.
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

    /// Ends the body: [GeneratorClosed] is thrown at its yield. Does nothing when it has not begun or has ended.
    ///
    /// @throws IllegalStateException when the body yields instead of ending, or closes itself
    @Override
    public void close() {
        try {
            run.close();
            clean();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /// The rest of the values; closing the stream closes the generator.
    public Stream<T> stream() {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(this, Spliterator.ORDERED), false)
                .onClose(this::close);
    }

    /// Itself: it can be gone through once.
    @Override
    public Iterator<T> iterator() {
        return this;
    }

    /// What another generator delegates to.
    GeneratorRun<T> run() {
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
            // Else it could be collected, and closed, while its body runs.
            Reference.reachabilityFence(this);
        }
    }

    private void clean() {
        Cleaner.Cleanable registered = cleanable;
        if (registered != null) {
            registered.clean();
        }
    }

    /// What yields the values of a generator.
    @FunctionalInterface
    public interface Body<T extends @Nullable Object> {
        /// Yields values until it returns.
        void run(Yielder<T> out) throws Exception;
    }

    /// Where a body puts its values.
    ///
    /// **Thread**: the body's.
    public sealed interface Yielder<T extends @Nullable Object> permits GeneratorRun {
        /// Gives a value to the consumer, and waits until the next is asked for.
        @SuppressWarnings("NamedLikeContextualKeyword") // the word for it; it is always qualified
        void yield(T value);

        /// Gives a value to the consumer, and waits for what it sends with the next demand: null when that was
        /// [Generator#next].
        ///
        /// @throws ClassCastException when something else was sent
        <S> @Nullable S exchange(T value, Class<S> sent);

        /// Yields all that is left of another generator. What is sent and thrown in meanwhile goes there, and closing this
        /// closes that one first. A value takes no switch more for it than one of its own.
        void yieldAll(Generator<? extends T> other);

        /// Yields each element.
        default void yieldAll(Iterable<? extends T> elements) {
            for (T element : elements) {
                this.yield(element);
            }
        }
    }
}
