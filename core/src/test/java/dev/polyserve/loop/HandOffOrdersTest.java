package dev.polyserve.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// All orders in which a loop's threads, its coroutine and the monitor can take their steps: in each of them, the library's
/// code of the loop runs on one thread at a time, and the coroutine comes to its end.
@Tag("slow")
class HandOffOrdersTest {
    /// Actors that share state, each a sequence of atomic steps.
    private interface World {
        int actors();

        /// Whether the actor can take a step now.
        boolean canStep(int actor);

        void step(int actor);

        /// Checks the state after the last step.
        void end();
    }

    /// Runs a new world in every order of its actors' steps.
    ///
    /// @return the number of orders
    private static int inAllOrders(Supplier<World> worlds) {
        List<int[]> choices = new ArrayList<>(); // per step: the actor, and the actors that could step
        int orders = 0;
        do {
            World world = worlds.get();
            for (int i = 0;; i++) {
                int able = able(world);
                if (able == 0) {
                    break;
                }
                if (i == choices.size()) {
                    choices.add(new int[]{Integer.numberOfTrailingZeros(able), able});
                }
                world.step(choices.get(i)[0]);
            }
            world.end();
            orders++;
        } while (hasNext(choices));
        return orders;
    }

    private static int able(World world) {
        int able = 0;
        for (int actor = 0; actor < world.actors(); actor++) {
            able |= world.canStep(actor) ? 1 << actor : 0;
        }
        return able;
    }

    /// Moves to the next order: the last step with an untried actor takes it.
    private static boolean hasNext(List<int[]> choices) {
        while (!choices.isEmpty()) {
            int[] last = choices.getLast();
            int untried = (last[1] >> (last[0] + 1)) << (last[0] + 1);
            if (untried != 0) {
                last[0] = Integer.numberOfTrailingZeros(untried);
                return true;
            }
            choices.removeLast();
        }
        return false;
    }

    /// A loop with two platform threads (actors 0 and 1), a monitor (2), a thread that wakes the coroutine (3), and one that
    /// takes a stack trace of it (4), by which the JDK may submit it twice.
    ///
    /// The coroutine leaves the library, waits in its handler's code, enters, leaves, enters again, and ends. Where it
    /// expects long stretches, it begins the first on the other platform thread if that is to spare, and waits in the
    /// library instead.
    private static final class HandedOff implements World {
        private static final int MONITOR = 2;
        private static final int WAKER = 3;
        private static final int TRACER = 4;
        private static final int NONE = -1;

        private enum Coroutine {
            BEGINS, IN_HANDLER, RESUMES, WAITS, IN_LIBRARY, IN_HANDLER_AGAIN, ENDS, ENDED
        }

        /// What the JDK knows of the coroutine.
        private enum Scheduled {
            RUNNABLE, RUNNING, PARKED, TERMINATED
        }

        /// Which thread may mount the coroutine while it moves.
        private enum Move {
            STAYS, GIVEN, MOUNTING
        }

        private enum Platform {
            SPARE, GIVEN, CLAIMED, LOOP, MARKED, MOUNTED, LEFT, RETIRES
        }

        private final StretchState[] stretches = {new StretchState(), new StretchState()};
        private final Platform[] platforms = {Platform.LOOP, Platform.SPARE};
        private int owner;
        private Coroutine coroutine = Coroutine.BEGINS;
        private Scheduled thread = Scheduled.RUNNABLE;
        private boolean inHandler;
        private Move move = Move.STAYS;
        private int queued = 1;
        private int monitorSteps;
        private long sampled;
        private int sampledThread = NONE;
        private boolean taken;
        private int traces = 1;
        private int libraryTurns;
        private final boolean expectsLong;

        /// @param expectsLong whether the coroutine begins its stretches beside the loop; then the monitor takes no part
        HandedOff(boolean expectsLong) {
            this.expectsLong = expectsLong;
        }

        @Override
        public int actors() {
            return 5;
        }

        @Override
        public boolean canStep(int actor) {
            return switch (actor) {
                case MONITOR ->
                    !expectsLong && (monitorSteps < 3 || taken || (monitorSteps < 6 && traces > 0
                            && thread != Scheduled.TERMINATED));
                case WAKER -> thread == Scheduled.PARKED;
                case TRACER -> traces > 0 && thread == Scheduled.RUNNABLE;
                default -> switch (platforms[actor]) {
                    case SPARE -> false;
                    case LOOP -> queued > 0 && move != Move.MOUNTING; // it tries again
                    case GIVEN, CLAIMED, MARKED, MOUNTED, LEFT, RETIRES -> true;
                };
            };
        }

        @Override
        public void step(int actor) {
            switch (actor) {
                case MONITOR -> monitor();
                case WAKER -> {
                    thread = Scheduled.RUNNABLE;
                    queued++;
                }
                case TRACER -> {
                    traces--;
                    queued++;
                }
                default -> platform(actor);
            }
        }

        /// Samples, takes, gives; twice, because it may come too early.
        private void monitor() {
            switch (monitorSteps++ % 3) {
                case 0 -> {
                    sampledThread = owner;
                    sampled = stretches[owner].sample();
                }
                case 1 -> {
                    if (platforms[1 - sampledThread] == Platform.SPARE) {
                        taken = stretches[sampledThread].take(sampled);
                    }
                }
                default -> {
                    if (taken) {
                        taken = false;
                        owner = 1 - sampledThread;
                        platforms[owner] = Platform.LOOP;
                        library(owner);
                    }
                }
            }
        }

        /// The thread runs code that only the owner may run.
        private void library(int platform) {
            if (owner != platform || !stretches[platform].isInLibrary()) {
                throw new AssertionError("thread " + platform + " has not the loop for itself");
            }
            libraryTurns++;
        }

        private void platform(int me) {
            switch (platforms[me]) {
                case LOOP -> {
                    library(me);
                    queued--;
                    move = Move.STAYS;
                    if (inHandler) {
                        stretches[me].leaveLibrary();
                    }
                    platforms[me] = Platform.MARKED;
                }
                case GIVEN -> {
                    stretches[me].giveAway();
                    boolean claims = move == Move.GIVEN;
                    move = claims ? Move.MOUNTING : move;
                    platforms[me] = claims ? Platform.CLAIMED : Platform.LEFT;
                }
                case CLAIMED -> {
                    move = Move.STAYS;
                    mounts(me);
                }
                case MARKED -> mounts(me);
                case MOUNTED -> coroutine(me);
                case LEFT -> {
                    platforms[me] = stretches[me].secure() ? Platform.LOOP : Platform.RETIRES;
                    if (platforms[me] == Platform.LOOP) {
                        library(me);
                    }
                }
                case RETIRES -> {
                    stretches[me].retire();
                    platforms[me] = Platform.SPARE;
                }
                case SPARE -> throw new AssertionError("a spare thread runs");
            }
        }

        private void coroutine(int me) {
            switch (coroutine) {
                case BEGINS -> {
                    if (secured(me)) {
                        library(me);
                        leaves(me, Coroutine.IN_HANDLER);
                    }
                }
                case IN_HANDLER -> inHandler(me);
                case RESUMES -> enters(me, Coroutine.IN_LIBRARY);
                case WAITS -> {
                    if (secured(me)) {
                        library(me);
                        unmounts(me, Scheduled.PARKED, Coroutine.IN_LIBRARY);
                    }
                }
                case IN_LIBRARY -> {
                    // After a wait in the library it is where it was.
                    if (expectsLong || secured(me)) {
                        library(me);
                        leaves(me, Coroutine.IN_HANDLER_AGAIN);
                    }
                }
                case IN_HANDLER_AGAIN -> enters(me, Coroutine.ENDS);
                case ENDS -> {
                    if (secured(me)) {
                        library(me);
                        unmounts(me, Scheduled.TERMINATED, Coroutine.ENDED);
                    }
                }
                case ENDED -> throw new AssertionError("the coroutine has ended");
            }
        }

        private void mounts(int me) {
            boolean mounts = thread == Scheduled.RUNNABLE;
            thread = mounts ? Scheduled.RUNNING : thread;
            platforms[me] = mounts ? Platform.MOUNTED : Platform.LEFT;
        }

        private void inHandler(int me) {
            if (expectsLong) {
                enters(me, Coroutine.WAITS);
            } else {
                unmounts(me, Scheduled.PARKED, Coroutine.RESUMES);
            }
        }

        private void leaves(int me, Coroutine next) {
            inHandler = true;
            if (expectsLong && next == Coroutine.IN_HANDLER && platforms[1 - me] == Platform.SPARE) {
                move = Move.GIVEN;
                platforms[1 - me] = Platform.GIVEN;
                unmounts(me, Scheduled.RUNNABLE, next);
            } else {
                stretches[me].leaveLibrary();
                coroutine = next;
            }
        }

        private void enters(int me, Coroutine next) {
            inHandler = false;
            coroutine = next;
            var _ = secured(me);
        }

        /// Has the loop for itself; if the loop was taken, yields instead.
        private boolean secured(int me) {
            if (stretches[me].secure()) {
                return true;
            }
            queued++;
            unmounts(me, Scheduled.RUNNABLE, coroutine);
            return false;
        }

        private void unmounts(int me, Scheduled as, Coroutine next) {
            thread = as;
            coroutine = next;
            platforms[me] = Platform.LEFT;
        }

        @Override
        public void end() {
            if (coroutine != Coroutine.ENDED || platforms[owner] != Platform.LOOP
                    || platforms[1 - owner] != Platform.SPARE || libraryTurns < 6) {
                throw new AssertionError(coroutine + ", the loop's thread: " + platforms[owner] + ", the other: "
                        + platforms[1 - owner] + ", turns: " + libraryTurns);
            }
        }
    }

    @Test
    void inEachOrderOneThreadRunsTheLibrarysCode() {
        assertThat(inAllOrders(() -> new HandedOff(false))).as("orders").isGreaterThan(1_000);
    }

    @Test
    void inEachOrderOneThreadRunsTheLibrarysCodeWhereStretchesBeginBesideTheLoop() {
        assertThat(inAllOrders(() -> new HandedOff(true))).as("orders").isGreaterThan(1_000);
    }
}
