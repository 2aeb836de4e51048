package dev.polyserve.coroutine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One of several bodies of which one runs at a time, and each says to whom it switches.
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
/// A switch is symmetric: any may switch to any other of the same family, which is all that descend from one [#main]. When a
/// body returns, its value goes to its parent, or the nearest ancestor alive; what it throws is thrown there. [GreenletExit] is
/// not an error: it ends a greenlet, and the parent gets null.
///
/// ```
///   new ──first switch──▶ running ◀──switchTo──▶ waiting          running ──return, throw──▶ dead
///    └──────throwInto─────────────────────────────────────────────────────────────────────▶ dead
/// ```
///
/// With `--add-opens java.base/java.lang=ALL-UNNAMED` all of a family run on the thread of its main greenlet, if that is a
/// platform thread, and a switch takes some 100 ns; without it they are threads that wake each other ([Carrier#whyNot]).
///
/// **Thread**: its own: the one that called [#main], or the one its body runs in.
public final class Greenlet<V extends @Nullable Object> {
    private final Family<V> family;
    private final @Nullable Greenlet<V> parent;
    /// Null in the main one, which runs on a thread that was there before.
    private final @Nullable Strand<V> strand;

    private Greenlet(Family<V> family, @Nullable Greenlet<V> parent, @Nullable Body<V> body) {
        this.family = family;
        this.parent = parent;
        this.strand = body == null ? null : new Strand<>(this, body);
    }

    /// The calling thread as the main greenlet of a new family.
    public static <V extends @Nullable Object> Greenlet<V> main() {
        Family<V> family = new Family<>();
        Greenlet<V> main = new Greenlet<>(family, null, null);
        family.current = main;
        return main;
    }

    /// A greenlet that begins when somebody switches to it. **Thread**: any of the family.
    public static <V extends @Nullable Object> Greenlet<V> of(Greenlet<V> parent, Body<V> body) {
        return new Greenlet<>(parent.family, parent, Objects.requireNonNull(body, "body"));
    }

    /// Who gets its result; null for the main one.
    public @Nullable Greenlet<V> parent() {
        return parent;
    }

    /// Whether its body has begun; true for the main one.
    public boolean isStarted() {
        return strand == null || strand.begun;
    }

    /// Whether its body has ended.
    public boolean isDead() {
        return strand != null && strand.dead;
    }

    /// Lets `other` run on with `value`, and waits until someone switches here; to itself, it returns at once.
    ///
    /// @return what that one handed over
    /// @throws IllegalStateException when `other` is dead or of another family, or this is not the one that runs
    public V switchTo(Greenlet<V> other, V value) {
        checkRuns();
        checkTarget(other);
        family.hand(other, value, null);
        return run();
    }

    /// Lets `other` run on with an error, thrown where it waits, and waits until someone switches here. One that has not begun
    /// dies of it, and its parent hears it.
    ///
    /// @throws IllegalStateException as for [#switchTo]
    public V throwInto(Greenlet<V> other, Throwable error) {
        checkRuns();
        checkTarget(other);
        if (other.strand != null && !other.strand.begun) {
            other.strand.begun = true;
            other.strand.dead = true;
            family.end(other, error);
        } else {
            family.hand(other, null, Objects.requireNonNull(error, "error"));
        }
        return run();
    }

    /// Ends `other` by [GreenletExit], and waits until someone switches here: its parent, if it lets that pass. Does nothing
    /// when it is dead.
    public void kill(Greenlet<V> other) {
        if (!other.isDead()) {
            throwInto(other, new GreenletExit());
        }
    }

    private void checkRuns() {
        Greenlet<V> current = family.current;
        boolean itsThread = strand == null
                ? Thread.currentThread().equals(family.mainThread)
                : strand.isCurrent();
        if (!itsThread) {
            throw new IllegalStateException("a greenlet switches only in its own thread, which is not "
                    + Thread.currentThread() + "; greenlets of two threads cannot switch to each other");
        }
        if (!this.equals(current)) {
            throw new IllegalStateException(
                    "this greenlet waits: another of its family runs, and only that one can switch");
        }
    }

    private void checkTarget(Greenlet<V> other) {
        if (!other.family.equals(family)) {
            throw new IllegalStateException("the other greenlet is of another family: give both the same main one");
        }
        if (other.isDead()) {
            throw new IllegalStateException("the other greenlet is dead: its body has ended");
        }
    }

    /// Waits for its turn, and takes what is handed over. The main one lets the others run meanwhile.
    private V run() {
        if (strand == null) {
            for (Greenlet<V> next = family.current; next != null && next != this; next = family.current) {
                next.resume();
            }
        } else if (family.current != this) {
            strand.pause();
        }
        return family.take();
    }

    private void resume() {
        if (strand != null) {
            strand.begun = true;
            strand.resume();
        }
    }

    /// What a greenlet does.
    @FunctionalInterface
    public interface Body<V extends @Nullable Object> {
        /// Runs; `self` switches, `first` is what the first switch to it handed over.
        ///
        /// @return what its parent gets
        V run(Greenlet<V> self, V first) throws Exception;
    }

    /// All that descend from one main greenlet, and what is being handed over.
    private static final class Family<V extends @Nullable Object> {
        private final Thread mainThread = Thread.currentThread();
        private @Nullable Greenlet<V> current;
        private @Nullable V value;
        private @Nullable Throwable error;

        private void hand(Greenlet<V> to, @Nullable V handed, @Nullable Throwable thrown) {
            current = to;
            value = handed;
            error = thrown;
        }

        /// Hands what a greenlet ended with to its nearest living ancestor.
        private void end(Greenlet<V> ended, @Nullable Throwable thrown) {
            Greenlet<V> heir = ended.parent;
            while (heir != null && heir.isDead()) {
                heir = heir.parent;
            }
            if (heir != null) {
                hand(heir, value, thrown instanceof GreenletExit ? null : thrown);
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

    /// The body of one that is not the main one.
    private static final class Strand<V extends @Nullable Object> extends Coroutine {
        private final Greenlet<V> greenlet;
        private final Body<V> body;
        private boolean begun;
        private boolean dead;

        private Strand(Greenlet<V> greenlet, Body<V> body) {
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
            } catch (Throwable e) { // thrown again where its parent waits
                family.value = null;
                failure = e;
            }
            dead = true;
            family.end(greenlet, failure);
        }
    }
}
