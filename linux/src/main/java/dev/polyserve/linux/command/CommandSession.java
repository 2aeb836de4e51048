package dev.polyserve.linux.command;

import dev.polyserve.Cause;
import dev.polyserve.Command;
import dev.polyserve.Limit;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.DelegatedConversation;
import dev.polyserve.conversation.LingeringClose;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.linux.process.Child;
import dev.polyserve.linux.process.Exit;
import dev.polyserve.linux.process.Program;
import dev.polyserve.linux.process.StartFailedException;
import dev.polyserve.linux.socket.DescriptorSocket;
import dev.polyserve.linux.system.ProcessCalls;
import dev.polyserve.loop.EventLoop;
import dev.polyserve.loop.LingeringSocket;
import dev.polyserve.loop.Multiplexer;
import dev.polyserve.run.Runner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One connection and the command that serves it.
///
/// ```
///   WAITING ──begin──▶ RUNNING ──the command ends──▶ what it has left behind ends, the client has our last bytes ──▶ OVER
///      │                  └─hungUp, end─▶ its input ends ─hangUp─▶ TERM ─terminate─▶ KILL
///      └──end──▶ OVER
/// ```
///
/// Our copy of the connection stays open and in nobody's way: by it we hear that the client has gone, and end the connection
/// whoever else still has it.
///
/// **Thread**: the loop's, but for [#end], [#cutInput] and, after the loop's end, [#endNow].
final class CommandSession implements DelegatedConversation.RemoteControl, Runner.Prepared {
    /// Standard error is ours.
    private static final int STDERR = 2;
    private static final long LOOKS_AT_LEAST_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Duration END_NOW = Duration.ofSeconds(1);

    private final CommandRunner runner;
    private final EventLoop loop;
    private final ConnectionHandle line;
    private final DelegatedConversation conversation;
    private @Nullable Child child;
    private Multiplexer.@Nullable Watch endWatch;
    private EventLoop.@Nullable Delayed looking;
    private EventLoop.@Nullable Delayed nextStep;
    private long movedNanos;
    private boolean letGo;
    private boolean inputCut;
    /// What keeps the connection open for our last bytes, once the command has ended.
    private @Nullable LingeringSocket lingering;
    /// Why the command's end is the connection's, if the client has everything.
    private Cause ending = new Cause.Stopped();
    /// What is still waited for: what the command has left behind, and our last bytes.
    private int waitsFor;
    private boolean leftBehind;

    CommandSession(CommandRunner runner, DescriptorSocket socket, Conversation.Identity identity) {
        this.runner = runner;
        this.loop = runner.loop();
        this.conversation = new DelegatedConversation(runner.context(), identity, this);
        this.line = runner.line(socket);
    }

    @Override
    public DelegatedConversation conversation() {
        return conversation;
    }

    // --- the beginning ---

    @Override
    public void begin() {
        if (letGo || !conversation.begins()) {
            return;
        }
        try {
            line.watch(this::hungUp);
            Command command = runner.command();
            child = line.start(
                    new Program(command.argv(), command.environmentFor(conversation), Optional.empty(), true),
                    STDERR);
        } catch (StartFailedException e) {
            refuse(e, e.mayPass());
            return;
        } catch (IOException | IllegalArgumentException e) {
            refuse(e, e instanceof IOException);
            return;
        }
        runner.began(this);
        watchEnd(child);
        loop.watch(conversation);
        movedNanos = runner.context().clock().nanos();
        conversation.quiet();
        looking = loop.repeat(lookAgainNanos(), this::look);
    }

    /// There is no command. A system that is exhausted is given time: who accepts says so, and pauses.
    private void refuse(Exception why, boolean exhausted) {
        line.close();
        if (!exhausted) {
            conversation.failed(why);
        }
        conversation.ends(new Cause.Failed(why));
        if (exhausted) {
            throw new IllegalStateException(why.getMessage(), why);
        }
    }

    private void watchEnd(Child started) {
        try {
            endWatch = loop.watch(started.end(), Multiplexer.READ, _ -> ended(started));
        } catch (IOException e) {
            // Nobody would hear of its end, so it ends here.
            endNow();
            throw new UncheckedIOException(e);
        }
    }

    // --- the client ---

    /// Counts what has moved, and ends a connection that was idle for too long.
    private long look() {
        if (letGo) {
            return -1;
        }
        long now = runner.context().clock().nanos();
        long idle = ServerContext.limitNanos(runner.context().options().timeouts().idle());
        if (moves()) {
            movedNanos = now;
            conversation.quiet();
        } else if (now - movedNanos >= idle) {
            runner.context().listener().limitReached(Limit.IDLE);
            conversation.abort(new Cause.TimedOut(Limit.IDLE));
            return -1;
        }
        return lookAgainNanos();
    }

    /// Whether bytes have moved since this was last asked; assumed where that cannot be found out.
    private boolean moves() {
        try {
            return line.count(conversation);
        } catch (IOException e) {
            runner.report(e);
            return true;
        }
    }

    private long lookAgainNanos() {
        long idle = ServerContext.limitNanos(runner.context().options().timeouts().idle());
        return Math.clamp(idle / 8, 1, LOOKS_AT_LEAST_NANOS);
    }

    /// The server's limits have changed: those that hold now are looked at now.
    void limitsChanged() {
        if (looking != null) {
            loop.cancel(looking);
            looking = loop.repeat(0, this::look);
        }
    }

    private void hungUp(boolean failed) {
        if (failed) {
            conversation.settle(new Cause.PeerReset("the client has gone"));
        } else if (lingering == null) {
            conversation.settle(new Cause.Done(true));
        }
        letGo();
    }

    @Override
    public void end() {
        loop.post(this::letGo);
    }

    @Override
    public void cutInput() {
        loop.post(() -> {
            if (letGo || lingering != null) {
                // Our own end of its input would be taken for the client's.
                return;
            }
            if (moves()) {
                // It is not quiet at all.
                conversation.quiet();
            } else {
                inputCut = true;
                line.endInput();
            }
        });
    }

    // --- the end ---

    /// There is nobody to serve any more.
    private void letGo() {
        if (letGo) {
            return;
        }
        letGo = true;
        if (child == null) {
            line.close();
            return;
        }
        LingeringSocket last = lingering;
        if (last != null) {
            last.cancel();
            closeLine(child);
            return;
        }
        line.shutdown();
        // A server that stops has ended its input long ago, if there was time.
        boolean stopping = conversation.cause() instanceof Cause.Stopped;
        step(stopping ? Duration.ZERO : runner.command().hangUp(), () -> {
            signalGroup(ProcessCalls.SIGTERM);
            step(runner.command().terminate(), () -> signalGroup(ProcessCalls.SIGKILL));
        });
    }

    private void step(Duration after, Runnable next) {
        nextStep = loop.schedule(ServerContext.nanos(after), next);
    }

    private void signalGroup(int signal) {
        try {
            if (child != null) {
                child.signalGroup(signal);
            }
        } catch (IOException e) {
            runner.report(e);
        }
    }

    private void ended(Child started) {
        loop.turnBegins();
        try {
            Optional<Exit> exit = started.poll();
            if (exit.isPresent()) {
                ended(started, exit.get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ended(Child started, Exit exit) throws IOException {
        if (endWatch != null) {
            loop.forget(endWatch);
        }
        if (looking != null) {
            loop.cancel(looking);
            looking = null;
        }
        if (nextStep != null) {
            loop.cancel(nextStep);
        }
        boolean leftOver = started.signalLeftOver(ProcessCalls.SIGTERM);
        ending = inputCut ? new Cause.Stopped() : line.ending();
        exited(exit);
        waitsFor = leftOver ? 2 : 1;
        if (leftOver) {
            leftBehind = true;
            runner.lingeringGroups().watch(started, () -> {
                leftBehind = false;
                partOver(started);
            });
        }
        linger(started);
    }

    /// The client has our last bytes before the connection is closed, unless it is gone, or given up.
    private void linger(Child started) {
        if (letGo || ending instanceof Cause.PeerReset) {
            closeLine(started);
            return;
        }
        LingeringClose decides = conversation.lingering();
        LingeringSocket last = line.linger(loop, decides, inputCut, reset -> {
            if (reset == null) {
                conversation.lingered(decides);
            } else {
                conversation.lostAtTheEnd(reset);
            }
            letGo = true;
            closeLine(started);
        });
        if (!letGo) {
            lingering = last;
        }
    }

    private void closeLine(Child started) {
        conversation.settle(ending);
        line.close();
        partOver(started);
    }

    private void partOver(Child started) {
        waitsFor--;
        if (waitsFor == 0) {
            over(started);
        }
    }

    private void exited(Exit exit) {
        boolean _ = moves();
        conversation.exited(new Command.Exit(code(exit), exit.text(), exit.cpu()));
    }

    private static OptionalInt code(Exit exit) {
        return switch (exit.how()) {
            case Exit.Code code -> OptionalInt.of(code.number());
            case Exit.Signal _ -> OptionalInt.empty();
        };
    }

    private void over(Child started) {
        runner.ended(this);
        conversation.ends(new Cause.Stopped());
        try {
            started.close();
        } catch (IOException e) {
            runner.report(e);
        }
    }

    /// Ends it and all that it has left behind, without the loop, which has ended.
    void endNow() {
        Child started = child;
        if (started == null) {
            return;
        }
        signalGroup(ProcessCalls.SIGKILL);
        try {
            Optional<Exit> exit = started.await(END_NOW);
            if (exit.isPresent()) {
                exited(exit.get());
                line.close();
                if (lingering == null || leftBehind) {
                    // Else the number of its group may be another one's by now.
                    boolean _ = started.signalLeftOver(ProcessCalls.SIGKILL);
                }
            }
        } catch (IOException e) {
            runner.report(e);
        }
        over(started);
    }
}
