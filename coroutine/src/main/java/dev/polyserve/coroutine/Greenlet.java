package dev.polyserve.coroutine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A coroutine that switches control explicitly to another greenlet of its family. One greenlet of a family runs at a
/// time.
///
/// ```java
/// Greenlet<String> main = Greenlet.main();
/// Greenlet<String> echo = Greenlet.of(main, (self, first) -> {
///     String said = first;
///     while (!said.equals("bye")) said = self.switchTo(main, "you said " + said);
///     return "bye, too";                              // goes to the parent
/// });
/// main.switchTo(echo, "hello");                       // "you said hello"
/// ```
///
/// A *family* is all greenlets that descend from one [#main]. A greenlet can switch to any other of its family. When a
/// body returns, its value goes to its parent, or to the nearest ancestor that is alive; an exception is thrown there.
/// [GreenletExit] is not an error: it ends a greenlet, and the parent receives null.
///
/// ```
///   new ──first switch──▶ running ◀──switchTo──▶ waiting          running ──return, throw──▶ dead
///    └──────throwInto─────────────────────────────────────────────────────────────────────▶ dead
/// ```
///
/// With `--add-opens java.base/java.lang=ALL-UNNAMED` all greenlets of a family run on the thread of the main greenlet,
/// if that is a platform thread, and a switch takes some 100 ns. Without the flag they are threads that wake each other
/// ([Carrier#whyNot][dev.polyserve.coroutine.carrier.Carrier#whyNot]).
///
/// **Thread**: its own: the thread that called [#main], or the thread of its body.
public final class Greenlet<V extends @Nullable Object> {
    private final Family<V> family;
    private final @Nullable Greenlet<V> parent;
    /// Null in the main greenlet, which runs on the thread that called [#main].
    private final @Nullable BodyCoroutine<V> coroutine;

    private Greenlet(Family<V> family, @Nullable Greenlet<V> parent, @Nullable Body<V> body) {
        this.family = family;
        this.parent = parent;
        this.coroutine = body == null ? null : new BodyCoroutine<>(this, body);
    }

    /// Makes the calling thread the main greenlet of a new family.
    public static <V extends @Nullable Object> Greenlet<V> main() {
        Family<V> family = new Family<>();
        Greenlet<V> main = new Greenlet<>(family, null, null);
        family.current = main;
        return main;
    }

    /// Creates a greenlet; its body begins with the first switch to it. **Thread**: any of the family.
    public static <V extends @Nullable Object> Greenlet<V> of(Greenlet<V> parent, Body<V> body) {
        return new Greenlet<>(parent.family, parent, Objects.requireNonNull(body, "body"));
    }

    /// The greenlet that receives the result; null for the main greenlet.
    public @Nullable Greenlet<V> parent() {
        return parent;
    }

    /// Whether the body has begun; true for the main greenlet.
    public boolean isStarted() {
        return coroutine == null || coroutine.begun;
    }

    /// Whether the body has ended; false for the main greenlet.
    public boolean isDead() {
        return coroutine != null && coroutine.dead;
    }

    /// Switches to `other` with a value and waits until a greenlet switches back here. A switch to itself returns at
    /// once.
    ///
    /// @return the value of the switch back
    /// @throws IllegalStateException when `other` is dead or of another family, or when this greenlet is not the
    ///         running one
    public V switchTo(Greenlet<V> other, V value) {
        checkRuns();
        checkTarget(other);
        family.passControl(other, value, null);
        return run();
    }

    /// Switches to `other`, throws `error` at its present switch, and waits until a greenlet switches back here.
    ///
    /// A greenlet that has not begun ends at once, and the error is thrown in its parent.
    ///
    /// @throws IllegalStateException as for [#switchTo]
    public V throwInto(Greenlet<V> other, Throwable error) {
        checkRuns();
        checkTarget(other);
        if (other.coroutine != null && !other.coroutine.begun) {
            other.coroutine.begun = true;
            other.coroutine.dead = true;
            family.end(other, error);
        } else {
            family.passControl(other, null, Objects.requireNonNull(error, "error"));
        }
        return run();
    }

    /// Throws [GreenletExit] in `other` and waits until a greenlet switches back here. Does nothing when `other` is
    /// dead.
    ///
    /// If `other` lets the exit pass, its parent runs next.
    public void kill(Greenlet<V> other) {
        if (!other.isDead()) {
            throwInto(other, new GreenletExit());
        }
    }

    private void checkRuns() {
        Greenlet<V> current = family.current;
        boolean itsThread = coroutine == null
                ? Thread.currentThread().equals(family.mainThread)
                : coroutine.isCurrent();
        if (!itsThread) {
            throw new IllegalStateException("a greenlet can switch only on its own thread, which is not "
                    + Thread.currentThread() + "; greenlets of different main threads cannot switch to each other");
        }
        if (!this.equals(current)) {
            throw new IllegalStateException(
                    "this greenlet is waiting: only the running greenlet of a family can switch");
        }
    }

    private void checkTarget(Greenlet<V> other) {
        if (!other.family.equals(family)) {
            throw new IllegalStateException(
                    "the other greenlet belongs to another family: create both from the same main greenlet");
        }
        if (other.isDead()) {
            throw new IllegalStateException("the other greenlet is dead: its body has ended");
        }
    }

    /// Waits for the turn of this greenlet and takes the value passed to it. The main greenlet runs the others
    /// meanwhile.
    private V run() {
        if (coroutine == null) {
            for (Greenlet<V> next = family.current; next != null && next != this; next = family.current) {
                next.resume();
            }
        } else if (family.current != this) {
            coroutine.pause();
        }
        return family.take();
    }

    private void resume() {
        if (coroutine != null) {
            coroutine.begun = true;
            coroutine.resume();
        }
    }

    /// The body of a greenlet.
    @FunctionalInterface
    public interface Body<V extends @Nullable Object> {
        /// Runs the greenlet.
        ///
        /// @param self the greenlet, for its switches
        /// @param first the value of the first switch to it
        /// @return the value for the parent
        V run(Greenlet<V> self, V first) throws Exception;
    }

    /// The family of one main greenlet: the running greenlet and the value or error being passed to it.
    private static final class Family<V extends @Nullable Object> {
        private final Thread mainThread = Thread.currentThread();
        private @Nullable Greenlet<V> current;
        private @Nullable V value;
        private @Nullable Throwable error;

        private void passControl(Greenlet<V> to, @Nullable V passed, @Nullable Throwable thrown) {
            current = to;
            value = passed;
            error = thrown;
        }

        /// Passes the outcome of a greenlet to its nearest living ancestor.
        private void end(Greenlet<V> ended, @Nullable Throwable thrown) {
            Greenlet<V> ancestor = ended.parent;
            while (ancestor != null && ancestor.isDead()) {
                ancestor = ancestor.parent;
            }
            if (ancestor != null) {
                passControl(ancestor, value, thrown instanceof GreenletExit ? null : thrown);
            }
        }

        @SuppressWarnings("NullAway") // null only where V may be
        private V take() {
            V taken = value;
            Throwable thrown = error;
            value = null;
            error = null;
            return switch (thrown) {
                case null -> taken;
                case Error e -> throw e;
                case RuntimeException e -> throw e;
                default -> throw new GreenletException(thrown);
            };
        }
    }

    /// The coroutine of a greenlet other than the main one.
    private static final class BodyCoroutine<V extends @Nullable Object> extends Coroutine {
        private final Greenlet<V> greenlet;
        private final Body<V> body;
        private boolean begun;
        private boolean dead;

        private BodyCoroutine(Greenlet<V> greenlet, Body<V> body) {
            super("greenlet");
            this.greenlet = greenlet;
            this.body = body;
        }

        @Override
        void body() {
            Family<V> family = greenlet.family;
            Throwable failure = null;
            try {
                V result = body.run(greenlet, family.take());
                family.value = result;
            } catch (Throwable e) { // rethrown in the parent
                family.value = null;
                failure = e;
            }
            dead = true;
            family.end(greenlet, failure);
        }
    }
}
