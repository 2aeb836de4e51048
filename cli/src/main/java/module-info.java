/// The command line: `serve`, `connect`, `models`, `bench`, and the control of running servers.
@SuppressWarnings("requires-automatic") module dev.polyserve.cli {
    requires dev.polyserve.admin;
    requires dev.polyserve.bench;
    requires dev.polyserve.core;
    requires dev.polyserve.lab;
    requires dev.polyserve.linux;
    requires info.picocli;
    requires jdk.unsupported;
    requires org.jline;
    requires org.tomlj;
    requires tools.jackson.databind;
    requires static org.jspecify;

    provides System.LoggerFinder with dev.polyserve.cli.log.StderrLoggerFinder;
}
