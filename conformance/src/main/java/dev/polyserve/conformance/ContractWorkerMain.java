package dev.polyserve.conformance;

import dev.polyserve.spi.ModelDefinition;
import dev.polyserve.Endpoint;
import dev.polyserve.Model;
import dev.polyserve.Server;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The program of worker processes in the contract: runs one test again up to the start of its server, which does not
/// return in a worker.
///
/// Before that point a test only describes its server. [ServerFixture#bind] does not return in a worker either, so the
/// worker skips what the test does with a bound server.
///
/// **Thread**: the main thread of a worker for [#main]; otherwise the thread of the test.
final class ContractWorkerMain implements BeforeEachCallback {
    /// The exit code `EX_CONFIG` of Unix: the server then starts no replacement, so the test fails instead of being
    /// retried for ever.
    private static final int EX_CONFIG = 78;

    private static volatile String test = "";
    private static volatile Optional<Endpoint> place = Optional.empty();

    @Override
    public void beforeEach(ExtensionContext context) {
        test = context.getUniqueId();
    }

    /// The model of the cell, with workers that run the present test.
    ///
    /// @param endpoint the endpoint of the server
    static Model inWorkers(ContractCell cell, Endpoint endpoint) {
        if (Server.isWorker()) {
            return cell.model();
        }
        ModelDefinition plan = ModelDefinition.of(cell.model());
        return plan.execution().processes()
                .map(processes -> plan.with(processes.with(processes.workers()
                        .withProgram(
                                ContractWorkerJvm.replaying(List.of(test, cell.toString(), endpoint.toString()))))))
                .orElse(plan);
    }

    /// The unique identifier of the present test; empty before the first one.
    static String test() {
        return test;
    }

    /// Does what a worker does before its server starts.
    static void describeServer(String test) throws ReflectiveOperationException {
        ContractTestCase again = ContractTestCase.of(test);
        for (ContractCell cell : ContractTestCase.cells(again.type())) {
            if (TestDryRun.applies(again, cell(again.type(), cell.toString()))) {
                return;
            }
        }
    }

    /// The endpoint of the server, in a worker; empty in other processes.
    static Optional<Endpoint> place() {
        return place;
    }

    /// Runs a test again.
    ///
    /// @param arguments the unique identifier of the test, its cell, and the endpoint of its server
    static void main(String[] arguments) {
        place = Optional.of(Endpoint.parse(arguments[2]));
        try {
            if (!Server.isWorker()) {
                throw new IllegalStateException("this program runs only in worker processes");
            }
            ContractTestCase again = ContractTestCase.of(arguments[0]);
            again.run(cell(again.type(), arguments[1]));
            throw new IllegalStateException("the test ended without starting a server");
        } catch (ReflectiveOperationException | RuntimeException | AssertionError e) {
            Throwable why = e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
            new IllegalStateException("a worker could not run again " + arguments[0], why).printStackTrace();
            System.exit(EX_CONFIG);
        }
    }

    private static ContractCell cell(Class<?> type, String name) throws ReflectiveOperationException {
        for (ContractCell cell : ContractTestCase.cells(type)) {
            if (cell.toString().equals(name)) {
                return cell;
            }
        }
        throw new IllegalArgumentException(type + " has no cell " + name);
    }
}
