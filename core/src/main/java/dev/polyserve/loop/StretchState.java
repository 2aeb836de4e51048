package dev.polyserve.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// Whose code a platform thread of an event loop runs, in one word: the number of a stretch of handler's code, and a
/// state.
///
/// ```
///                    leaveLibrary (the next stretch)
///              ┌─────────────────────────────────────▶┐
///           LIBRARY ◀─────enterLibrary, secure───── HANDLER
///            ▲   │                                    │
///            │   └───────giveAway──────▶ TAKEN ◀──take┘
///            └──────────retire─────────────┘
/// ```
///
/// In LIBRARY the thread has the loop for itself. In HANDLER it has the loop only until [#take] succeeds. In TAKEN another
/// thread has the loop, and this one must not touch it. Numbers of stretches never repeat on a thread, so a monitor that
/// reads the same word twice has seen one stretch.
///
/// **Thread**: its own, and its virtual thread that runs; any may call [#sample] and [#take].
final class StretchState {
    private static final VarHandle WORD;
    private static final int LIBRARY = 0;
    private static final int HANDLER = 1;
    private static final int TAKEN = 2;
    private static final int STATES = 3;
    private static final int ONE_STRETCH = 4;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(StretchState.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused")
    private long word;

    /// Whether the thread has the loop for itself.
    boolean isInLibrary() {
        return state(sample()) == LIBRARY;
    }

    /// Whether another thread has the loop.
    boolean isTaken() {
        return state(sample()) == TAKEN;
    }

    /// Begins a stretch of handler's code: what the thread has written before is visible to a thread that takes the loop.
    void leaveLibrary() {
        long now = sample();
        assert state(now) == LIBRARY : now;
        WORD.setRelease(this, now + ONE_STRETCH + HANDLER);
    }

    /// Ends a stretch of handler's code.
    ///
    /// @return false if the loop was taken during it
    boolean enterLibrary() {
        long now = sample();
        return state(now) == HANDLER && WORD.compareAndSet(this, now, now - HANDLER);
    }

    /// Takes the loop back from a coroutine that has left this thread, in its handler's code or not.
    ///
    /// @return false if the loop was taken: the thread must not touch it any more
    boolean secure() {
        return isInLibrary() || enterLibrary();
    }

    /// The present word, for [#take].
    long sample() {
        return (long) WORD.getOpaque(this);
    }

    /// Whether the word is that of a stretch of handler's code.
    static boolean isHandler(long sampled) {
        return state(sampled) == HANDLER;
    }

    /// Takes the loop from the thread, if it is still in the sampled stretch.
    boolean take(long sampled) {
        return isHandler(sampled) && WORD.compareAndSet(this, sampled, sampled - HANDLER + TAKEN);
    }

    /// Gives the loop away from within the library.
    void giveAway() {
        long now = sample();
        assert state(now) == LIBRARY : now;
        WORD.setVolatile(this, now + TAKEN);
    }

    /// Ends the time in which another thread has the loop: the thread has nothing left to run for it.
    void retire() {
        long now = sample();
        assert state(now) == TAKEN : now;
        WORD.setRelease(this, now - TAKEN + ONE_STRETCH);
    }

    private static int state(long word) {
        return (int) word & STATES;
    }
}
