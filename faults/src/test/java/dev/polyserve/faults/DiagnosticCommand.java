package dev.polyserve.faults;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/// Runs the diagnostic commands of this JVM, as jcmd does.
///
/// The public way is an MBean. The JDK needs as much processor time to load its management beans as for the start of a
/// server. This class calls the native method below them, which requires `--add-opens
/// jdk.management/com.sun.management.internal=ALL-UNNAMED`.
///
/// **Thread**: any.
final class DiagnosticCommand {
    private static final String PACKAGE = "com.sun.management.internal.";

    private DiagnosticCommand() {}

    /// Runs a command with its arguments.
    ///
    /// @return what jcmd would print
    static String run(String command) {
        try {
            // Its initialization loads the native library.
            Class.forName(PACKAGE + "PlatformMBeanProviderImpl");
            Class<?> commands = Class.forName(PACKAGE + "DiagnosticCommandImpl");
            Object bean = method(commands, "getDiagnosticCommandMBean").invoke(null);
            return (String) method(commands, "executeDiagnosticCommand", String.class).invoke(bean, command);
        } catch (ClassNotFoundException | NoSuchMethodException | IllegalAccessException e) {
            throw new IllegalStateException("this JDK runs diagnostic commands in another way", e);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("the diagnostic command failed: " + command, e);
        }
    }

    private static Method method(Class<?> of, String name, Class<?>... parameters) throws NoSuchMethodException {
        Method method = of.getDeclaredMethod(name, parameters);
        method.setAccessible(true);
        return method;
    }
}
