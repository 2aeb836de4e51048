package dev.polyserve.linux.command;

import dev.polyserve.Cause;
import dev.polyserve.InetdCommand;
import dev.polyserve.Limit;
import dev.polyserve.conversation.Conversation;
import dev.polyserve.conversation.ExternallyServedConversation;
import dev.polyserve.conversation.LingeringClose;
import dev.polyserve.conversation.ServerContext;
import dev.polyserve.linux.process.ChildProcess;
import dev.polyserve.linux.process.ChildExitStatus;
import dev.polyserve.linux.process.ProgramStartException;
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
///   WAITING ──begin──▶ RUNNING ──the command ends──▶ its left-over processes end, the client has our last bytes ──▶
/// OVER
///      │                  └─hungUp, end─▶ its input ends ─hangUp─▶ TERM ─terminate─▶ KILL
///      └──end──▶ OVER
/// ```
///
/// Our copy of the connection stays open and does not disturb the command: it reports that the client has gone, and it
/// ends the connection even while other processes hold copies.
///
/// **Thread**: the loop's, except [#end], [#cutInput], [#limitsChanged] and, after the loop's end, [#endNow].
final class InetdSession implements ExternallyServedConversation.RemoteControl, Runner.Prepared {
    /// The command's standard error is ours.
    private static final int STDERR = 2;
    private static final long LOOKS_AT_LEAST_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final Duration END_NOW = Duration.ofSeconds(1);

    private final InetdProgramLoop commands;
    private final EventLoop loop;
    private final InetdConnectionMonitor line;
    private final ExternallyServedConversation conversation;
    private @Nullable ChildProcess child;
    private Multiplexer.@Nullable Watch endWatch;
    private EventLoop.@Nullable Delayed looking;
    private EventLoop.@Nullable Delayed nextStep;
    private long movedNanos;
    private boolean letGo;
    private boolean inputCut;
    /// Keeps the connection open for our last bytes, once the command has ended.
    private @Nullable LingeringSocket lingering;
    /// The cause of the command's end, which is also the connection's if the client has received everything.
    private Cause ending = new Cause.Stopped();
    /// The number of parts that are not over: left-over processes, and our last bytes.
    private int waitsFor;
    private boolean leftBehind;

    InetdSession(InetdProgramLoop commands, DescriptorSocket socket, Conversation.Identity identity) {
        this.commands = commands;
        this.loop = commands.loop();
        this.conversation = new ExternallyServedConversation(commands.context(), identity, this);
        this.line = commands.line(socket);
    }

    @Override
    public ExternallyServedConversation conversation() {
        return conversation;
    }

    // --- begin ---

    @Override
    public void begin() {
        commands.takes();
        if (Thread.currentThread().equals(loop.thread())) {
            Optional<IllegalStateException> exhausted = start();
            if (exhausted.isPresent()) {
                // The accept loop reports it and pauses.
                throw exhausted.get();
            }
        } else {
            loop.post(this::startElsewhere);
        }
    }

    /// Starts the command on another loop than the one that accepts. That one is not paused by a failure here, but by
    /// the next one, which is its own.
    private void startElsewhere() {
        try {
            start().ifPresent(exhausted -> commands.context().listener()
                    .acceptFailed(conversation.endpoint(), exhausted, Duration.ZERO));
        } catch (RuntimeException | Error e) {
            conversation.abandon(e);
            throw e;
        }
    }

    /// Starts the command, unless the connection is over or the command cannot be started.
    ///
    /// @return what the system lacked to start it; empty when it was started, or not for that reason
    private Optional<IllegalStateException> start() {
        loop.assertOwner();
        if (letGo || !conversation.begins()) {
            commands.startedNone();
            return Optional.empty();
        }
        try {
            line.watch(this::hungUp);
            child = line.start(commands.program(), commands.command().environmentFor(conversation), STDERR);
        } catch (ProgramStartException e) {
            return refuse(e, e.mayPass());
        } catch (IOException | IllegalArgumentException e) {
            return refuse(e, e instanceof IOException);
        }
        commands.began(this);
        watchEnd(child);
        loop.watch(conversation);
        movedNanos = commands.context().clock().nanos();
        conversation.quiet();
        looking = loop.repeat(lookAgainNanos(), this::look);
        return Optional.empty();
    }

    /// Ends the session because the command could not be started.
    private Optional<IllegalStateException> refuse(Exception why, boolean exhausted) {
        commands.startedNone();
        if (exhausted) {
            // Before the client sees the end: it may connect again at once.
            commands.exhausted();
        }
        line.close();
        if (!exhausted) {
            conversation.failed(why);
        }
        conversation.ends(new Cause.Failed(why));
        return exhausted ? Optional.of(new IllegalStateException(why.getMessage(), why)) : Optional.empty();
    }

    private void watchEnd(ChildProcess started) {
        try {
            endWatch = loop.watch(started.end(), Multiplexer.READ, _ -> ended(started));
        } catch (IOException e) {
            // Without the watch the command's end would go unnoticed, so it is ended here.
            endNow();
            throw new UncheckedIOException(e);
        }
    }

    // --- the client ---

    /// Counts the bytes that have moved, and ends a connection that was idle for too long.
    private long look() {
        if (letGo) {
            return -1;
        }
        long now = commands.context().clock().nanos();
        long idle = ServerContext.limitNanos(commands.context().options().timeouts().idle());
        if (moves()) {
            movedNanos = now;
            conversation.quiet();
        } else if (now - movedNanos >= idle) {
            commands.context().listener().limitReached(Limit.IDLE);
            conversation.abort(new Cause.TimedOut(Limit.IDLE));
            return -1;
        }
        return lookAgainNanos();
    }

    /// True when bytes have moved since the last call, or when that cannot be determined.
    private boolean moves() {
        try {
            return line.count(conversation);
        } catch (IOException e) {
            commands.report(e);
            return true;
        }
    }

    private long lookAgainNanos() {
        long idle = ServerContext.limitNanos(commands.context().options().timeouts().idle());
        return Math.clamp(idle / 8, 1, LOOKS_AT_LEAST_NANOS);
    }

    @Override
    public void limitsChanged() {
        loop.post(() -> {
            if (looking != null) {
                loop.cancel(looking);
                looking = loop.repeat(0, this::look);
            }
        });
    }

    private void hungUp(boolean failed) {
        loop.assertOwner();
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
                // The end of input that we cause would be taken for the client's.
                return;
            }
            if (moves()) {
                // The connection is not quiet.
                conversation.quiet();
            } else {
                inputCut = true;
                line.endInput();
            }
        });
    }

    // --- end ---

    /// Ends the command, because the client has gone or the connection was ended.
    private void letGo() {
        loop.assertOwner();
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
        // A server that stops has ended the command's input long ago, if there was time.
        boolean stopping = conversation.cause() instanceof Cause.Stopped;
        step(stopping ? Duration.ZERO : commands.command().hangUp(), () -> {
            signalGroup(ProcessCalls.SIGTERM);
            step(commands.command().terminate(), () -> signalGroup(ProcessCalls.SIGKILL));
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
            commands.report(e);
        }
    }

    private void ended(ChildProcess started) {
        loop.turnBegins();
        try {
            Optional<ChildExitStatus> exit = started.poll();
            if (exit.isPresent()) {
                ended(started, exit.get());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ended(ChildProcess started, ChildExitStatus exit) throws IOException {
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
            commands.lingeringGroups().watch(started, () -> {
                leftBehind = false;
                partOver(started);
            });
        }
        linger(started);
    }

    /// Closes the connection after the client has received our last bytes; at once if the client is gone or the session
    /// was given up.
    private void linger(ChildProcess started) {
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

    private void closeLine(ChildProcess started) {
        conversation.settle(ending);
        line.close();
        partOver(started);
    }

    private void partOver(ChildProcess started) {
        waitsFor--;
        if (waitsFor == 0) {
            over(started);
        }
    }

    private void exited(ChildExitStatus exit) {
        boolean _ = moves();
        conversation.exited(new InetdCommand.Exit(code(exit), exit.text(), exit.cpu()));
    }

    private static OptionalInt code(ChildExitStatus exit) {
        return switch (exit.how()) {
            case ChildExitStatus.Code code -> OptionalInt.of(code.number());
            case ChildExitStatus.Signal _ -> OptionalInt.empty();
        };
    }

    private void over(ChildProcess started) {
        commands.ended(this);
        conversation.ends(new Cause.Stopped());
        try {
            started.close();
        } catch (IOException e) {
            commands.report(e);
        }
    }

    /// Ends the command and all processes that it has left behind. The loop has ended and is not used.
    void endNow() {
        ChildProcess started = child;
        if (started == null) {
            return;
        }
        signalGroup(ProcessCalls.SIGKILL);
        try {
            Optional<ChildExitStatus> exit = started.await(END_NOW);
            if (exit.isPresent()) {
                exited(exit.get());
                line.close();
                if (lingering == null || leftBehind) {
                    // Otherwise the number of its group may have been reused by now.
                    boolean _ = started.signalLeftOver(ProcessCalls.SIGKILL);
                }
            }
        } catch (IOException e) {
            commands.report(e);
        }
        over(started);
    }
}
