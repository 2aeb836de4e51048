package dev.polyserve.cli;

import dev.polyserve.spi.ModelVariant;
import dev.polyserve.Cause;
import dev.polyserve.ConnectionInfo;
import dev.polyserve.DrainReport;
import dev.polyserve.Endpoint;
import dev.polyserve.Limit;
import dev.polyserve.Server;
import dev.polyserve.ServerBuilder;
import dev.polyserve.ServerListener;
import dev.polyserve.cli.control.ControlSocket;
import dev.polyserve.cli.control.Controlled;
import dev.polyserve.cli.log.ConsoleLog;
import dev.polyserve.cli.operation.IdleExit;
import dev.polyserve.cli.operation.Restart;
import dev.polyserve.cli.text.Units;
import dev.polyserve.linux.activation.ServiceManager;
import dev.polyserve.linux.activation.Watchdog;
import dev.polyserve.linux.process.ControllingTerminal;
import dev.polyserve.linux.process.ExitDeadline;
import dev.polyserve.linux.restart.Predecessor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One server's life, from start to exit, as signals steer it.
///
/// ```
/// starting --live--> serving --TERM, INT, no listener left--> draining --all ended, deadline--> over
///     \--TERM, INT (noted)--/                   \--a second TERM, INT--> ending now --> over
/// ```
///
/// **Thread**: [#live] on the command's thread; what [#signals] gives on any.
final class ServerLife implements ServerListener, Controlled, AutoCloseable {
    private static final int FAILED = 1;
    private static final Duration FOR_LONG = Duration.ofDays(36_500);
    private static final Duration TERMINAL_LOOK = Duration.ofSeconds(1);
    /// How long after its deadline the server may take to end; what still hangs then is left behind.
    private static final long END_NANOS = TimeUnit.SECONDS.toNanos(5);
    /// The same after a second signal.
    private static final long END_NOW_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final ConsoleLog log;
    private final ServePlan plan;
    private final @Nullable Supplier<Settings> configuration;
    private final List<String> words;
    private final ServiceManager manager;
    private final Restart restart;
    private final ControllingTerminal terminal = ControllingTerminal.ofThisProcess();
    private final AtomicInteger connectionsOver = new AtomicInteger();
    private final AtomicInteger endSignals = new AtomicInteger();
    private final AtomicInteger listenersDown = new AtomicInteger();
    /// Whether the configuration is to be read again and nobody has begun.
    private final AtomicBoolean reloads = new AtomicBoolean();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final CountDownLatch over = new CountDownLatch(1);
    private final ExitDeadline exitDeadline = ExitDeadline.start();
    private volatile @Nullable Server server;
    private volatile Settings settings;
    private volatile Duration drainTimeout;
    private volatile String ready = "";
    private volatile @Nullable DrainReport report;
    /// The new program that serves in this one's place; 0: none.
    private volatile int successor;

    /// @param settings those in force
    /// @param configuration reads the settings again; null when there is no configuration file
    /// @param words the service and its arguments
    /// @param manager who is told how the server is
    /// @param restart starts a new program in this one's place
    ServerLife(ConsoleLog log, ServePlan plan, Settings settings, @Nullable Supplier<Settings> configuration,
            List<String> words, ServiceManager manager, Restart restart) {
        this.manager = manager;
        this.restart = restart;
        this.log = log;
        this.plan = plan;
        this.settings = settings;
        this.configuration = configuration;
        this.words = words;
        this.drainTimeout = plan.options().timeouts().drain();
    }

    /// What each signal does. TTIN and TTOU are left to the system, which stops a job in the background by them, where they are no
    /// requests; a worker ignores them.
    Map<String, Runnable> signals() {
        if (Server.isWorker()) {
            // The supervisor drains and ends a worker, also when a signal goes to every process of a service.
            return Stream.of("TERM", "INT", "HUP", "USR1", "USR2").collect(Collectors.toMap(name -> name, _ -> () -> {
            }));
        }
        Map<String, Runnable> actions = new HashMap<>(Map.of("TERM", this::end, "INT", this::end, "HUP", this::hangUp,
                "USR1", this::status, "USR2", this::restartAsSignalled));
        if (plan.model() instanceof ModelVariant.ProcessPool) {
            actions.put("TTIN", () -> addWorkers(1));
            actions.put("TTOU", () -> addWorkers(-1));
        }
        return actions;
    }

    /// Waits until a signal, or an interrupt of this thread, ends the server, and drains it.
    ///
    /// @param whatItDoes one line, for the service manager
    int live(Server started, String whatItDoes) {
        server = started;
        ready(whatItDoes);
        Optional<Watchdog> watchdog = Watchdog.start(started, manager);
        try {
            ending.await();
        } catch (InterruptedException e) {
            end();
        }
        exitDeadline.within(endNanos());
        if (successor == 0) {
            manager.stopping("draining " + started.stats().active() + " connections");
        }
        try {
            drain(started);
        } catch (InterruptedException e) {
            started.close();
        } finally {
            over.countDown();
            watchdog.ifPresent(Watchdog::close);
        }
        return listenersDown.get() < started.endpoints().size() ? 0 : FAILED;
    }

    /// When nobody can come in any more, the server ends: one that only looks alive helps nobody.
    @Override
    public void listenerDown(Endpoint endpoint, Throwable error) {
        Server running = server;
        int all = running == null ? plan.endpoints().size() : running.endpoints().size();
        if (listenersDown.incrementAndGet() == all) {
            log.log(System.Logger.Level.ERROR, "no listener is left, so the server ends", null, "event",
                    "listeners-down");
            ending.countDown();
        }
    }

    /// Looks every second whether the terminal that this server, made by this builder, was started at is still open.
    void watchTerminal(ServerBuilder builder) {
        if (terminal.isOpen() && !Server.isWorker()) {
            builder.every(TERMINAL_LOOK, terminal::look);
        }
    }

    /// Ends the server, made by this builder, when nobody has used it for as long as was asked.
    void watchIdleness(ServerBuilder builder) {
        plan.operation().exitIdle().ifPresent(limit -> {
            IdleExit idle = new IdleExit(limit, () -> {
                log.info("nobody has used the server for " + Units.written(limit) + ", so it ends", "event", "idle");
                ending.countDown();
            });
            builder.every(idle.period(), () -> {
                Server running = server;
                if (running != null && ending.getCount() > 0) {
                    idle.look(running.stats());
                }
            });
        });
    }

    /// When one connection was handed down and nothing else, there is nothing to do after it.
    @Override
    public void closed(ConnectionInfo connection, Cause cause) {
        connectionOver();
    }

    @Override
    public void rejected(ConnectionInfo connection, Optional<Limit> limit) {
        connectionOver();
    }

    private void connectionOver() {
        if (connectionsOver.incrementAndGet() == plan.inheritance().onlyConnections()) {
            ending.countDown();
        }
    }

    private void drain(Server started) throws InterruptedException {
        long open = started.stats().active();
        if (open > 0) {
            log.info("draining: " + open + " connections may go on for " + Units.written(drainTimeout)
                    + " (a second signal ends them now)", "event", "draining", "connections", open);
        }
        DrainReport drained = started.drain(drainTimeout);
        report = drained;
        log.info(
                "drained in " + Units.shown(drained.took()) + ": " + drained.finished()
                        + " connections ended by themselves, "
                        + drained.aborted() + " were cut off",
                "event", "drained", "finished", drained.finished(),
                "aborted", drained.aborted(), "millis", drained.took().toMillis());
    }

    /// The first time begins to drain, the second ends at once. The deadline comes first: it needs no memory and no other thread.
    private void end() {
        if (endSignals.incrementAndGet() == 1) {
            drainAndEnd();
        } else {
            exitDeadline.within(END_NOW_NANOS);
            endNow();
        }
    }

    private void drainAndEnd() {
        exitDeadline.within(endNanos());
        callOffRestart();
        ending.countDown();
    }

    private long endNanos() {
        Duration drain = drainTimeout;
        return drain.compareTo(FOR_LONG) < 0 ? drain.toNanos() + END_NANOS : Long.MAX_VALUE;
    }

    /// From a terminal that is closed it ends the server, as any other program there; otherwise it is a request.
    private void hangUp() {
        if (!terminal.wasJustClosed()) {
            reload();
        } else if (endSignals.compareAndSet(0, 1)) {
            log.info("the terminal was closed, so the server ends", "event", "terminal-closed");
            drainAndEnd();
        }
    }

    private void callOffRestart() {
        try {
            restart.cancel();
        } catch (IOException e) {
            log.warn("the new program could not be ended: " + e.getMessage(), e, "event", "restart-not-cancelled");
        }
    }

    // --- steered from outside ---

    /// Binds the socket for that, if one was asked for.
    @Nullable ControlSocket control() throws IOException {
        Optional<Path> path = plan.operation().control();
        if (path.isEmpty() || Server.isWorker()) {
            return null;
        }
        return restart.predecessor().isPresent()
                ? ControlSocket.bindBeside(path.get(), this)
                : ControlSocket.bind(path.get(), this);
    }

    /// The server serves: what finds the control socket, or the pid file that is written next, may ask for a restart at once.
    void serves(Server started) {
        server = started;
    }

    @Override
    public Server server() {
        return Objects.requireNonNull(server, "steered before it served");
    }

    @Override
    public String service() {
        return plan.service().id();
    }

    @Override
    public int generation() {
        return restart.predecessor().map(Predecessor::generation).orElse(0);
    }

    @Override
    public DrainReport drain() throws InterruptedException {
        ending.countDown();
        over.await();
        DrainReport drained = report;
        return drained == null ? new DrainReport(0, 0, Duration.ZERO) : drained;
    }

    @Override
    public String restart() throws IOException {
        if (ending.getCount() == 0) {
            throw new IOException("the server is ending");
        }
        if (!plan.inheritance().found().isEmpty()) {
            throw new IOException("its sockets are inherited, so whoever has handed them down has to start it anew,"
                    + " by systemctl restart for instance: clients wait there meanwhile");
        }
        int pid = restart.start(server());
        successor = pid;
        String sentence = "process " + pid + " serves in the place of process " + ProcessHandle.current().pid();
        manager.replacedBy(pid, sentence);
        log.info(sentence, "event", "restarted", "newPid", pid);
        ending.countDown();
        return sentence;
    }

    private void restartAsSignalled() {
        try {
            if (server == null) {
                throw new IOException("this program does not serve yet");
            }
            restart();
        } catch (IOException e) {
            log.warn("the restart failed, and this program serves on: " + e.getMessage(), e, "event", "restart-failed");
        }
    }

    private void endNow() {
        Server running = server;
        try {
            if (running != null) {
                running.drain(Duration.ZERO);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        exitDeadline.close();
    }

    private void status() {
        Server running = server;
        if (running != null) {
            StatusReport.write(log, plan.service().id(), running);
        }
    }

    private void addWorkers(int more) {
        Server running = server;
        if (running == null) {
            return;
        }
        log.answer("as a signal asked, there may be " + running.addWorkers(more) + " worker processes now", "event",
                "workers-changed");
    }

    /// Reads the configuration again. What has come while one is waiting to do so is the same request; one that comes before the
    /// server is there waits for it.
    private void reload() {
        if (!reloads.compareAndSet(false, true)) {
            return;
        }
        synchronized (this) {
            if (ready.isEmpty()) {
                return;
            }
            reloads.set(false);
            manager.reloading();
            readAgain();
            manager.ready(ready);
        }
    }

    /// From now on it can be reconfigured.
    private void ready(String whatItDoes) {
        boolean asked;
        synchronized (this) {
            ready = whatItDoes;
            manager.ready(whatItDoes);
            asked = reloads.getAndSet(false);
        }
        if (asked) {
            reload();
        }
    }

    /// Reads the configuration again, all of it or nothing.
    private void readAgain() {
        if (configuration == null) {
            log.info("there is no configuration to read again: it is given with --config FILE");
            return;
        }
        try {
            Settings read = configuration.get();
            apply(read, ServePlan.of(words, read));
        } catch (ExitException e) {
            log.warn("the configuration stays as it was: " + e.getMessage(), e, "event", "reload-failed");
        }
    }

    private void apply(Settings read, ServePlan wanted) {
        Set<Setting> changed = read.differentFrom(settings);
        log.configure(wanted.logFormat(), wanted.quiet());
        drainTimeout = wanted.options().timeouts().drain();
        Server running = server;
        if (running != null) {
            // What cannot change stays as it is, and is named below.
            running.reconfigure(now -> wanted.options().withSockets(_ -> now.sockets())
                    .withLimits(limits -> limits.withQueue(now.limits().queue()))
                    .withTimeouts(times -> times.withSpin(now.timeouts().spin())));
        }
        settings = read.orElse(new Settings());
        String now = names(changed, true);
        String later = names(changed, false);
        log.info("the configuration was read again" + (now.isEmpty() ? "" : ", now in force: " + now), "event",
                "reloaded",
                "changed", now);
        if (!later.isEmpty()) {
            log.warn("these settings changed and need a restart: " + later, null, "event", "restart-needed", "settings",
                    later);
        }
    }

    private static String names(Set<Setting> settings, boolean whileRunning) {
        return settings.stream().filter(setting -> setting.whileRunning() == whileRunning).map(Setting::key)
                .collect(Collectors.collectingAndThen(Collectors.toCollection(TreeSet::new),
                        names -> String.join(", ", names)));
    }
}
