package dev.polyserve.coroutine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The coroutine of a generator: its state and its body.
///
/// ```
///   NEW ──advance──▶ RUNNING ──yield──▶ HELD ──take──▶ WAITING ──advance──▶ RUNNING … ──▶ ENDED
/// ```
///
/// **Thread**: the consumer's; the body's for the methods of [Generator.Yielder].
final class GeneratorCoroutine<T extends @Nullable Object> extends Coroutine implements Generator.Yielder<T> {
    private enum State { NEW, RUNNING, HELD, WAITING, ENDED }

    private static final System.Logger LOG = System.getLogger("dev.polyserve.coroutine");

    private final Generator.Body<T> body;
    private State state = State.NEW;
    private @Nullable T value;
    private @Nullable Object sent;
    private @Nullable Throwable thrown;
    private @Nullable Throwable failure;
    /// The generator to which the body delegates.
    private @Nullable Generator<? extends T> delegate;

    GeneratorCoroutine(Generator.Body<T> body) {
        super("generator");
        this.body = Objects.requireNonNull(body, "body");
    }

    // --- called by the consumer ---

    /// Whether a value is ready to be taken.
    boolean isHeld() {
        return state == State.HELD;
    }

    boolean isEnded() {
        return state == State.ENDED;
    }

    /// Takes the value that is ready.
    @SuppressWarnings("NullAway") // null only where T may be
    T take() {
        T taken = value;
        value = null;
        state = State.WAITING;
        return taken;
    }

    void checkWaits(String what) {
        switch (state) {
            case NEW -> throw new IllegalStateException(
                    "cannot " + what + ": the body has not begun; call next() first");
            case HELD -> throw new IllegalStateException(
                    "cannot " + what + ": hasNext() has already computed a value; take it with next() first");
            case RUNNING, WAITING, ENDED -> {
                // WAITING is the right state; advance handles RUNNING and ENDED.
            }
        }
    }

    /// Runs the body to its next value.
    ///
    /// @return whether there is one
    boolean advance(@Nullable Object sentIn, @Nullable Throwable thrownIn) {
        if (state == State.RUNNING) {
            throw new IllegalStateException(
                    "the generator is running: its own body or another thread requests a value");
        }
        if (state == State.ENDED || (state == State.NEW && thrownIn != null)) {
            state = State.ENDED;
            if (thrownIn != null) {
                throw unchecked(thrownIn);
            }
            return false;
        }
        state = State.RUNNING;
        boolean more = false;
        try {
            more = run(sentIn, thrownIn);
        } finally {
            state = more ? State.HELD : State.ENDED;
        }
        return more;
    }

    private boolean run(@Nullable Object sentIn, @Nullable Throwable thrownIn) {
        sent = sentIn;
        thrown = thrownIn;
        while (true) {
            Generator<? extends T> inner = delegate;
            if (inner == null) {
                resume();
                if (isDone()) {
                    return end();
                }
                if (delegate == null) {
                    return true;
                }
                sent = null;
                thrown = null;
            } else if (advance(inner)) {
                return true;
            }
        }
    }

    /// Advances the generator to which the body delegates; when it ends, the body continues.
    private <U extends T> boolean advance(Generator<U> inner) {
        Throwable in = thrown;
        thrown = null;
        try {
            if (inner.advance(sent, in)) {
                value = inner.run().take();
                return true;
            }
        } catch (Throwable e) { // rethrown in the body, at its yieldAll
            thrown = e;
        }
        sent = null;
        delegate = null;
        return false;
    }

    private boolean end() {
        Throwable failed = failure;
        failure = null;
        if (failed != null) {
            throw unchecked(failed);
        }
        return false;
    }

    void close() {
        if (state == State.NEW || state == State.ENDED) {
            state = State.ENDED;
            return;
        }
        var closed = new GeneratorClosed();
        try {
            if (advance(null, closed)) {
                throw new IllegalStateException("the body yielded a value while its generator was being closed;"
                        + " it must let GeneratorClosed pass");
            }
        } catch (GeneratorClosed e) {
            if (!e.equals(closed)) {
                throw e;
            }
        }
    }

    /// Closes a generator that became unreachable. **Thread**: the cleaner's.
    void closeDropped() {
        if (state == State.RUNNING) {
            return; // the body is ending
        }
        try {
            close();
        } catch (RuntimeException | Error e) {
            LOG.log(System.Logger.Level.WARNING, "closing an unreachable generator failed", e);
        }
    }

    private static RuntimeException unchecked(Throwable error) {
        return switch (error) {
            case Error e -> throw e;
            case RuntimeException e -> e;
            default -> new GeneratorException(error);
        };
    }

    // --- called by the body ---

    @Override
    void body() {
        try {
            body.run(this);
        } catch (Throwable e) { // rethrown to the consumer
            failure = e;
        }
    }

    @Override
    public void yield(T next) {
        checkBody();
        value = next;
        pauseForConsumer();
    }

    @Override
    public <S> @Nullable S exchange(T next, Class<S> type) {
        this.yield(next);
        Object received = sent;
        sent = null;
        return type.cast(received);
    }

    @Override
    public void yieldAll(Generator<? extends T> other) {
        checkBody();
        if (other.run().isHeld()) {
            this.yield(other.next());
        }
        delegate = other;
        pauseForConsumer();
    }

    private void pauseForConsumer() {
        pause();
        Throwable error = thrown;
        if (error != null) {
            thrown = null;
            throw unchecked(error);
        }
    }

    private void checkBody() {
        if (!isCurrent()) {
            throw new IllegalStateException("only the body of a generator may yield, on its own thread; the caller is "
                    + Thread.currentThread());
        }
    }
}
