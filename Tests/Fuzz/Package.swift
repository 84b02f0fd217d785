// swift-tools-version: 6.2
import PackageDescription

// Fuzz targets of the codec, the cryptography, the validator, streams, zone transfers, rows of the state database and HTTP.
// They are a package of their own because every module must be built with `-sanitize=fuzzer,address`; `./run` does that and
// runs them.

let houseRules: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let wire = Target.Dependency.product(name: "DNSWire", package: "homing")
let crypto = Target.Dependency.product(name: "DNSCrypto", package: "homing")
let http = Target.Dependency.product(name: "DNSOverHTTP", package: "homing")
let zones = Target.Dependency.product(name: "DNSZones", package: "homing")
let validation = Target.Dependency.product(name: "DNSValidation", package: "homing")

/// The linker gold, the default, stops with an internal error on instrumented objects.
let linker: [LinkerSetting] = [.unsafeFlags(["-use-ld=lld"])]

let package = Package(
    name: "homing-fuzz",
    dependencies: [.package(name: "homing", path: "../..")],
    targets: [
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "MakeCorpus", dependencies: [wire, crypto, zones], swiftSettings: houseRules,
            linkerSettings: linker
        ),
        .executableTarget(
            name: "FuzzVerifier", dependencies: ["CFuzzer", wire, crypto], swiftSettings: houseRules,
            linkerSettings: linker),
        // What it tries is a link to the file of the transport.
        .executableTarget(
            name: "FuzzStream", dependencies: ["CFuzzer"], swiftSettings: houseRules, linkerSettings: linker),
        // The model that it shares with the tests is a link to its file.
        .executableTarget(
            name: "FuzzTransfer", dependencies: ["CFuzzer", wire, zones], swiftSettings: houseRules,
            linkerSettings: linker),
        .executableTarget(
            name: "FuzzStoredRow", dependencies: ["CFuzzer", wire, zones], swiftSettings: houseRules,
            linkerSettings: linker),
        // What a zone has to be, and the zone that transfers start from, are links to one file each.
        .executableTarget(
            name: "FuzzUpdate", dependencies: ["CFuzzer", wire, zones], swiftSettings: houseRules,
            linkerSettings: linker),
        .executableTarget(
            name: "FuzzZoneFile", dependencies: ["CFuzzer", wire, zones], swiftSettings: houseRules,
            linkerSettings: linker),
        .executableTarget(
            name: "FuzzTransaction", dependencies: ["CFuzzer", wire, crypto, zones],
            swiftSettings: houseRules, linkerSettings: linker),
        // The signer and the model zone that it shares with the tests are links to their files.
        .executableTarget(
            name: "FuzzValidation", dependencies: ["CFuzzer", wire, crypto, validation],
            swiftSettings: houseRules,
            linkerSettings: linker),
    ]
        + ["FuzzHTTP1", "FuzzHTTP2", "FuzzDoHPath", "FuzzProxy"].map {
            .executableTarget(
                name: $0, dependencies: ["CFuzzer", wire, http], swiftSettings: houseRules,
                linkerSettings: linker)
        }
        + ["FuzzMessage", "FuzzName", "FuzzEDNS", "FuzzRData", "FuzzMasterFile"].map {
            .executableTarget(
                name: $0, dependencies: ["CFuzzer", wire], swiftSettings: houseRules, linkerSettings: linker)
        }
)
