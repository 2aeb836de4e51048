package dev.polyserve.lab.client;

import dev.polyserve.lab.recording.LabEventKind;
import dev.polyserve.lab.recording.LabEvent;
import dev.polyserve.lab.recording.LabEvent.Lane;
import dev.polyserve.lab.work.LabWorkRequest;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// A client of one server, which does what its role says until the run ends.
///
/// **Thread**: its own runs it; any stops it.
public final class LabClient {
    private static final int TALK_MILLIS = 2_500;
    private static final int AWAY_MILLIS = 700;
    /// How much later each client begins than the one before, so that they come one after another.
    private static final int STEP_MILLIS = 60;
    private static final int PAUSE_MILLIS = 120;
    private static final int PAUSE_STEP_MILLIS = 17;
    private static final int PAUSE_STEPS = 8;
    private static final int BEFORE_CRASH_MILLIS = 2_000;
    private static final int BURST_MILLIS = 2_000;
    private static final int SLOW_READ_MILLIS = 20;
    private static final int AFTER_FAILURE_MILLIS = 1_000;

    private final LabClientRunContext run;
    private final int server;
    private final int port;
    private final int number;
    private final LabClientRole role;
    /// Whether the server does what is asked for; one that is not ours echoes.
    private final boolean works;
    private final Thread thread;
    private volatile boolean stopped;
    private int connections;

    /// @param server the number of the server
    /// @param port where it listens
    /// @param number the number of the client
    /// @param works whether the server does what is asked for, or only echoes
    public LabClient(LabClientRunContext run, int server, int port, int number, LabClientRole role, boolean works) {
        this.run = run;
        this.server = server;
        this.port = port;
        this.number = number;
        this.role = role;
        this.works = works;
        this.thread = Thread.ofVirtual().name("lab-client-" + number).unstarted(this::live);
    }

    /// Starts the client.
    public void start() {
        thread.start();
    }

    /// Ends the client's connection, and the client. **Thread**: any.
    public void stop() {
        stopped = true;
        thread.interrupt();
    }

    /// Waits until the client has ended.
    public void awaitEnd() throws InterruptedException {
        thread.join();
    }

    private void live() {
        try {
            Thread.sleep(role == LabClientRole.BURST ? untilBurst() : (long) number * STEP_MILLIS);
            boolean again = true;
            while (again && !stopped) {
                again = visit();
                if (again) {
                    Thread.sleep(role == LabClientRole.BURST ? untilBurst() : AWAY_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            // Stopped while it rests.
            assert stopped;
        }
    }

    /// Connects, does what the role says, and leaves.
    ///
    /// @return whether it comes again
    private boolean visit() throws InterruptedException {
        Lane lane = new Lane(server, number, connections++);
        try (LabClientConnection connection = LabClientConnection.open(run, lane, port)) {
            return talk(connection);
        } catch (IOException e) {
            run.events().add(stopped
                    ? LabEvent.ofClient(run.micros(), lane, LabEventKind.ENDED, 0, "the run is over")
                    : LabEvent.ofClient(run.micros(), lane, LabEventKind.FAILED, 0, String.valueOf(e.getMessage())));
            if (!stopped) {
                Thread.sleep(AFTER_FAILURE_MILLIS);
            }
            return role != LabClientRole.CRASHING;
        }
    }

    private boolean talk(LabClientConnection connection) throws IOException, InterruptedException {
        switch (role) {
            case TALKER -> {
                repeat(connection, role.work(), TALK_MILLIS, pauseMillis());
                connection.leave();
            }
            case COMPUTING, SLEEPING, SLOW -> {
                while (!stopped) {
                    repeat(connection, role.work(), TALK_MILLIS, pauseMillis());
                }
            }
            case BURST -> {
                repeat(connection, role.work(), 0, 0);
                connection.leave();
            }
            case CRASHING -> {
                repeat(connection, new LabWorkRequest.Echo(), BEFORE_CRASH_MILLIS, pauseMillis());
                repeat(connection, role.work(), 0, 0);
                connection.leave();
                return false;
            }
            case SILENT -> connection.awaitServersEnd();
        }
        return true;
    }

    /// Asks at least once, and again until the time has passed.
    private void repeat(LabClientConnection connection, LabWorkRequest work, int millis, int pauseMillis)
            throws IOException, InterruptedException {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        do {
            connection.ask(work);
            connection.awaitReply(works ? work.replyBytes() : LabWorkRequest.LINE_BYTES,
                    role == LabClientRole.SLOW ? SLOW_READ_MILLIS : 0);
            if (pauseMillis > 0) {
                Thread.sleep(pauseMillis);
            }
        } while (!stopped && System.nanoTime() - until < 0);
    }

    /// The pauses of the clients differ, so that they do not keep in step.
    private int pauseMillis() {
        return PAUSE_MILLIS + number % PAUSE_STEPS * PAUSE_STEP_MILLIS;
    }

    /// The time until the next moment at which all clients of a burst come.
    private long untilBurst() {
        long millis = TimeUnit.MICROSECONDS.toMillis(run.micros());
        return BURST_MILLIS - millis % BURST_MILLIS;
    }
}
