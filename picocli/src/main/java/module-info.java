/// The command line parser picocli: its sources are unpacked by the build.
module info.picocli {
    requires static java.sql;

    exports picocli;
}
