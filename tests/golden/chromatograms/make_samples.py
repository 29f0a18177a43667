"""Write the synthetic samples of the readers of chromatograms, each with its content as JSON.

All numbers are invented (Gaussian peaks on a sloping baseline, a seeded generator); no file was
measured. The layouts are those of published descriptions: the format notes of rainbow and
chromConverter (.ch), the ANDI/AIA template (ASTM E1947), the mzML schema, and exports that users
posted. Run it in this folder.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from openpyxl import Workbook
from scipy.io import netcdf_file

HERE = Path(__file__).parent


def signal(seed, count=121, scale=40.0):
    """Gaussian peaks over 12 minutes with noise, rounded as an instrument rounds."""
    rng = np.random.default_rng(seed)
    minutes = np.linspace(0.0, 12.0, count)
    values = 0.2 + 0.01 * minutes + rng.normal(0.0, 0.01, count)
    for centre, height, width in ((3.1, 1.0, 0.2), (6.4, 0.4, 0.25), (9.0, 0.08, 0.3)):
        values += height * scale * np.exp(-0.5 * ((minutes - centre) / width) ** 2)
    return minutes, np.round(values, 4)


def write(name, data, traces=(), peaks=(), reader=None, **more):
    (HERE / name).write_bytes(data)
    content = {
        "reader": reader or name.split("__")[0],
        "traces": [
            {
                "name": trace[0],
                "unit": trace[1],
                "time_min": np.round(np.asarray(trace[2], float), 9).tolist(),
                "signal": np.round(np.asarray(trace[3], float), 9).tolist(),
                **(trace[4] if len(trace) > 4 else {}),
            }
            for trace in traces
        ],
        "peaks": list(peaks),
        **more,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n"
    (HERE / f"{name}.json").write_text(text, encoding="utf-8")


def peak(channel, retention, area, area_unit, **more):
    return {
        "channel": channel,
        "retention_min": retention,
        "area": area,
        "area_unit": area_unit,
        **more,
    }


# ---- Agilent .ch


def put(header, place, text, wide):
    coded = text.encode("utf-16-le" if wide else "latin-1")
    header[place] = len(text)
    header[place + 1 : place + 1 + len(coded)] = coded


def ch_header(version, kind, first, last, unit, name, scale, *, floats, sample="std 3"):
    wide = version in ("130", "179", "181")
    header = bytearray(0x1800 if wide else 0x400)
    header[0] = len(version)
    header[1 : 1 + len(version)] = version.encode()
    struct.pack_into(">i", header, 0x108, len(header) // 512 + 1)
    struct.pack_into(">ff" if floats else ">ii", header, 0x11A, first, last)
    if wide:
        put(header, 0x146, version, True)
        put(header, 0x15B, kind, True)
        put(header, 0x35A, sample, True)
        put(header, 0x957, "24-Nov-26, 10:15:00", True)
        put(header, 0xA0E, "NE.M", True)
        put(header, 0xC11, "Mustang ChemStation", True)
        put(header, 0x104C, unit, True)
        put(header, 0x1075, name, True)
        struct.pack_into(">d", header, 0x127C, scale)
    else:
        put(header, 0x4, kind, False)
        put(header, 0x18, sample, False)
        put(header, 0xB2, "24-Nov-26, 10:15:00", False)
        put(header, 0xE4, "NE.M", False)
        put(header, 0x244, unit, False)
        put(header, 0x254, name, False)
        struct.pack_into(">d", header, 0x284, scale)
    return bytes(header)


def differences(counts, segment=25):
    body, value = bytearray(), 0
    for start in range(0, len(counts), segment):
        part = counts[start : start + segment]
        body += bytes([0x10, len(part)])
        for count in part:
            step = int(count) - value
            whole = not -0x8000 < step < 0x8000 or start == 0
            body += struct.pack(">hi", -0x8000, int(count)) if whole else struct.pack(">h", step)
            value = int(count)
    return bytes(body) + b"\x00\x00"


def second_differences(counts):
    body, value, slope = bytearray(), 0, 0
    for k, count in enumerate(map(int, counts)):
        second = count - value - slope
        if k == 0 or not -0x7FFF < second < 0x7FFF:
            body += struct.pack(">hhI", 0x7FFF, count >> 32, count & 0xFFFFFFFF)
            slope = 0
        else:
            body += struct.pack(">h", second)
            slope += second
        value = count
    return bytes(body)


def agilent_ch():
    _, values = signal(1)
    counts = np.rint(values * 2000).astype(int)
    scale = 1 / 2000
    times = (-2500 + 6000 * np.arange(121)) / 60000
    name = "DAD1 A, Sig=254,4 Ref=off"
    for version in ("30", "130"):
        head = ch_header(
            version, "LC DATA FILE", -2500, -2500 + 720000, "mAU", name, scale, floats=False
        )
        write(
            f"agilent_ch__{version}.ch",
            head + differences(counts),
            [(name, "mAU", times, counts * scale, {"sample": "std 3"})],
        )
    # A last time that is one step early, as in some files of flame ionisation detectors.
    times = 200 * np.arange(121) / 60000
    for version in ("81", "181"):
        head = ch_header(
            version, "GC DATA FILE", 0.0, 119 * 200.0, "pA", "FID1 A", scale, floats=True
        )
        write(
            f"agilent_ch__{version}.ch",
            head + second_differences(counts * 40),
            [("FID1 A", "pA", times, counts * 40 * scale)],
        )
    head = ch_header("179", "GC DATA FILE", 0.0, 120 * 200.0, "", "Front Signal", 1.0, floats=True)
    head = head[:0x116] + struct.pack(">i", 121) + head[0x11A:]
    write(
        "agilent_ch__179.ch",
        head + np.asarray(values, "<f8").tobytes(),
        [("Front Signal", None, times, values)],
    )


# ---- text


def comma(number, decimals):
    return f"{number:.{decimals}f}".replace(".", ",")


def chromeleon():
    minutes, values = signal(2)
    header = [
        "File Path\tchrom://lab/ED.seq/4.smp/ED_1.channel/ED_1.chm",
        "Channel\tED_1",
        "",
        "Injection Information:",
        "Injection\tdialysate 7",
        "Instrument Method\tNE isocratic",
        "Injection Date\t24.11.2026",
        "Injection Time\t10:15:00",
        "Injection Volume (\u00c2\u00b5l)\t5.0",
        "",
        "Chromatogram Data Information:",
        "Data Points\t121",
        "Generating Data System\tChromeleon 7.2.3.7553",
        "Signal Min.\t0.18",
        "",
        "Chromatogram Data:",
        "Time (min)\tStep (s)\tValue (\u00c2\u00b5A)",
    ]
    rng = np.random.default_rng(22)
    times = np.round(minutes + np.concatenate([[0], rng.uniform(-0.01, 0.01, 119), [0]]), 6)
    big = values * 100
    rows = [
        f"{t:.6f}\t{'n.a.' if k == 0 else f'{(t - times[k - 1]) * 60:.3f}'}\t{y:,.4f}"
        for k, (t, y) in enumerate(zip(times, big, strict=True))
    ]
    write(
        "chromeleon_text__grouped_digits.txt",
        ("\r\n".join(header + rows) + "\r\n").encode("utf-8-sig"),
        [("ED_1", "µA", times, np.round(big, 4), {"sample": "dialysate 7"})],
    )
    header = [
        "Filepath\tC:\\Chromel\\data\\19.acd",
        "Channel\tUV_VIS_1",
        "",
        "Sample Information:",
        "Sample\tProbe 0,5 µM",
        "PGM file\tIsokratisch",
        "Date\t02.02.2026",
        "Time\t15:20:12",
        "Injection Volume (µl)\t10,00",
        "",
        "Raw Data Header Information:",
        "Data Points\t121",
        "Data System\tChromeleon",
        "Signal Dimension\t",
        "",
        "Raw Data:",
        "Time(min)\tStep(sec)\tValue()",
    ]
    rows = [
        f"{comma(t, 6)}\t{comma(6.0 * bool(k), 2)}\t{comma(y, 6)}\t"
        for k, (t, y) in enumerate(zip(minutes, values, strict=True))
    ]
    write(
        "chromeleon_text__comma_no_unit.txt",
        ("\r\n".join(header + rows) + "\r\n").encode("latin-1"),
        [("UV_VIS_1", None, minutes, values, {"sample": "Probe 0,5 µM"})],
    )


def empower():
    minutes, values = signal(3)
    times = np.round(minutes, 6)
    head = [
        '"SampleName"\t"Vial"\t"Injection"\t"Channel"\t"Date Acquired"\t"Inj Vol"',
        '"std 2"\t"3"\t"1"\t"2465 ED"\t"24.11.2026 10:15:00"\t"20.00"',
    ]
    rows = [f"{t:.6f}\t{y:.4f}" for t, y in zip(times, values, strict=True)]
    write(
        "empower_arw__cr.arw",
        ("\r".join(head + rows) + "\r").encode("latin-1"),
        [("2465 ED", None, times, values, {"sample": "std 2"})],
    )
    head = ['"SampleName"\t"Channel"', '"std 2"\t"PDA"', "Wavelength\t210.0\t254.0", "Time"]
    rows = [f"{t:.6f}\t{y:.4f}\t{y / 2:.5f}" for t, y in zip(times, values, strict=True)]
    write(
        "empower_arw__photodiode_array.arw",
        ("\r\n".join(head + rows) + "\r\n").encode("utf-8"),
        [
            ("PDA 210.0 nm", None, times, values),
            ("PDA 254.0 nm", None, times, values / 2),
        ],
    )


def shimadzu_injection(number, delimiter, decimal):
    def text(value, decimals):
        return f"{value:.{decimals}f}".replace(".", decimal)

    d = delimiter
    lines = [
        "[Header]",
        f"Application Name{d}LabSolutions",
        f"Version{d}5{decimal}97",
        "",
        "[Sample Information]",
        f"Acquired{d}24.11.2026 10:1{number}:00",
        f"Sample Name{d}unknown {number}",
        f"Injection Volume{d}20",
        "",
        "[Original Files]",
        f"Method File{d}C:\\LabSolutions\\Data\\NE.lcm",
        "",
    ]
    traces, peaks = [], []
    for channel, unit, multiplier, seed in (
        ("Detector A-Ch1", "mV", 0.001, 10 * number),
        ("Detector B-Ch1", "", 0.01, 10 * number + 1),
    ):
        minutes, values = signal(seed)
        times = np.round(minutes, 5)
        counts = np.rint(values / multiplier).astype(int)
        inside = (times >= 2.3) & (times <= 3.9)
        baseline = np.interp(times[inside], [2.3, 3.9], np.interp([2.3, 3.9], times, counts))
        above = counts[inside] - baseline
        area = round(float(np.trapezoid(above, times[inside] * 60)))
        height = round(float(above.max()))
        lines += [
            f"[Peak Table({channel})]",
            f"# of Peaks{d}1",
            d.join(["Peak#", "R.Time", "I.Time", "F.Time", "Area", "Height", "Mark", "Name"]),
            d.join(
                ["1", text(3.1, 3), text(2.3, 3), text(3.9, 3), str(area), str(height), " V ", "NE"]
            ),
            "",
            f"[LC Chromatogram({channel})]",
            f"Interval(msec){d}6000",
            f"# of Points{d}121",
            f"Start Time(min){d}{text(0, 3)}",
            f"End Time(min){d}{text(12, 3)}",
            f"Intensity Units{d}{unit}",
            f"Intensity Multiplier{d}{text(multiplier, 3)}",
            f"R.Time (min){d}Intensity",
        ]
        lines += [f"{text(t, 5)}{d}{count}" for t, count in zip(times, counts, strict=True)]
        lines.append("")
        traces.append(
            (channel, unit or None, times, counts * multiplier, {"sample": f"unknown {number}"})
        )
        peaks.append(
            peak(
                channel,
                3.1,
                area,
                "uV s" if unit else None,
                height=height,
                start_min=2.3,
                end_min=3.9,
                baseline_type="V",
                name="NE",
            )
        )
    lines += ["[LC Chromatogram(Detector C-Ch1)]", f"# of Points{d}0", ""]
    return lines, traces, peaks


def shimadzu():
    lines, traces, peaks = shimadzu_injection(1, ",", ".")
    write(
        "shimadzu_text__two_detectors.txt",
        ("\r\n".join(lines) + "\r\n").encode("latin-1"),
        traces,
        peaks,
    )
    parts = [shimadzu_injection(number, "\t", ",") for number in (1, 2)]
    write(
        "shimadzu_text__two_injections_comma.txt",
        ("\r\n".join(line for lines, _, _ in parts for line in lines) + "\r\n").encode("cp1252"),
        [trace for _, traces, _ in parts for trace in traces],
        [one for _, _, peaks in parts for one in peaks],
        injections=2,
    )


REPORT = """Data File C:\\CHEM32\\1\\DATA\\NE 2026-11-24\\001-0101.D
Sample Name: std 3

=====================================================================
Acq. Operator   : lab                            Seq. Line :   1
Injection Date  : 24-Nov-26, 10:15:00            Inj Volume : 5.0 µl
=====================================================================
                     External Standard Report
=====================================================================

Sorted By             :      Signal

Signal 1: FID1 A,

RetTime  Type     Area     Amt/Area    Amount   Grp   Name
 [min]          [pA*s]                 [nM]
-------|------|----------|----------|----------|--|------------------
  3.100 BB       12.34567    1.00000   12.34567    norepinephrine
  4.900             -          -          -        epinephrine
  6.400 BV S    1.23457e2    1.00000  123.45700    DHBA

Totals :                              135.80267

=====================================================================
                          *** End of Report ***
"""


def chemstation_peaks(channel="FID1 A", unit="pA s"):
    return [
        peak(channel, 3.1, 12.34567, unit, name="norepinephrine", baseline_type="BB"),
        peak(channel, 6.4, 123.457, unit, name="DHBA", baseline_type="BV S"),
    ]


def xml():
    lines = ['<?xml version="1.0" encoding="utf-16"?>', "<ResultsFile>", "<ResultsGroup>"]
    lines += ["<Signals>", "<Signal>", "<SignalName>FID1 A</SignalName>", "<Peaks>"]
    for one in chemstation_peaks():
        lines += [
            (
                f'<Peak><RetTime unit="min">{one["retention_min"]}</RetTime>'
                f'<Area unit="pA*s">{one["area"]}</Area><Name>{one["name"]}</Name>'
                f"<Type>{one['baseline_type']}</Type></Peak>"
            )
        ]
    lines += ["</Peaks>", "</Signal>", "</Signals>", "</ResultsGroup>", "</ResultsFile>"]
    return "\r\n".join(lines).encode("utf-16")


def chemstation():
    write(
        "chemstation_report__external_standard.TXT",
        REPORT.replace("\n", "\r\n").encode("utf-16"),
        peaks=chemstation_peaks(),
    )
    write("chemstation_xml__signals.xml", xml(), peaks=chemstation_peaks())
    headings = [
        ("Data File", "C:\\CHEM32\\1\\DATA", "001-0101.D"),
        ("Sample Name", "std 3", ""),
        ("Number of Signals", "2", ""),
        ("Signal 1", "FID1 A, ", ""),
        ("Signal 2", "TCD2 B, ", ""),
        ("Number of Columns", "7", ""),
        ("Column 1", "Peak Number", ""),
        ("Column 2", "Retention Time", "min"),
        ("Column 3", "Peak Type", ""),
        ("Column 4", "Peak Width", "min"),
        ("Column 5", "Area", "pA*s"),
        ("Column 6", "Height", "pA"),
        ("Column 7", "Compound Name", ""),
    ]
    folder = "chemstation.D"
    text = "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in headings) + "\r\n"
    tables = {
        1: [
            '1,3.1001,"BB  ",0.0881,12.34567,2.1,"norepinephrine"',
            '2,6.4003,"BV S",0.0928,123.4567,20.5,"DHBA"',
        ],
        2: ['1,3.12,"BB  ",0.0864,2608.15039,444.79111,""'],
    }
    (HERE / folder).mkdir(exist_ok=True)
    (HERE / folder / "Report00.CSV").write_bytes(text.encode("utf-16"))
    for number, rows in tables.items():
        (HERE / folder / f"REPORT{number:02d}.CSV").write_bytes(
            ("\r\n".join(rows) + "\r\n").encode("utf-16")
        )
    (HERE / folder / "Report.TXT").write_bytes(REPORT.replace("\n", "\r\n").encode("utf-16"))
    (HERE / folder / "FID1A.ch").write_bytes((HERE / "agilent_ch__181.ch").read_bytes())
    (HERE / folder / "Result.xml").write_bytes(xml())
    (HERE / folder / "RUN.LOG").write_bytes(b"Method started\r\n")
    write(
        "chemstation_csv__REPORT01.CSV",
        (
            '1,3.100,"BB  ",0.0881,25.00000,2.10000,20.00000\r\n'
            '2,6.400,"BB  ",0.0928,100.00000,8.00000,80.00000\r\n'
        ).encode("utf-16"),
        peaks=[peak("signal 1", 3.1, 25.0, None), peak("signal 1", 6.4, 100.0, None)],
        reads_as="REPORT01.CSV",
    )


def openlab():
    text = (
        '"Sample name:","QC low"\n"Signal:","DAD1A,Sig=254,4  Ref=off"\n'
        '"RT [min]","Type","Width [min]","Area","Height","Area%","Name"\n'
        "3.102,BB,0.31,6094.3336,1200.5,75.0,norepinephrine\n"
        "6.402,BB,0.35,2031.4445,350.25,25.0,DHBA\n"
        '"","","Sum",8125.7781,"","",""\n'
    )
    write(
        "openlab_csv__peaks.csv",
        text.encode("utf-8-sig"),
        peaks=[
            peak(
                "DAD1A,Sig=254,4  Ref=off",
                3.102,
                6094.3336,
                None,
                height=1200.5,
                name="norepinephrine",
                baseline_type="BB",
            ),
            peak("DAD1A,Sig=254,4  Ref=off", 6.402, 2031.4445, None, height=350.25, name="DHBA"),
        ],
    )


def totalchrom():
    def report(decimal):
        def n(text):
            return text.replace(".", decimal)

        return "\r\n".join(
            [
                '"Software Version:","6.3.2.0646","Date:","24.11.2026 10:20:00"',
                '"Sample Name:","std 3","Data Acquisition Time:","24.11.2026 10:15:00"',
                '"Instrument Name:","LC","Channel:","A"',
                f'"Rack/Vial:","0/3","Sample Amount:",{n("1.000000")}',
                f'"Delay Time:",{n("0.00")}',
                f'"Sampling Rate:",{n("5.0000")},"pts/s"',
                "",
                '"DEFAULT REPORT"',
                '"Peak","Time","Area","Height","Area","BL","Component"',
                '"#","[min]","[uV*sec]","[uV]","[%]","","Name"',
                f'1,{n("3.100")},{n("25312.40")},{n("2101.35")},{n("20.00")},"BB","norepinephrine"',
                f'2,{n("6.402")},{n("101249.60")},{n("7890.10")},{n("80.00")},"*BV",""',
                "",
                f'"","",{n("126562.00")},{n("9991.45")},{n("100.00")}',
            ]
        ).encode("latin-1")

    peaks = [
        peak("A", 3.1, 25312.4, "uV s", height=2101.35, name="norepinephrine", baseline_type="BB"),
        peak("A", 6.402, 101249.6, "uV s", height=7890.1, name="", baseline_type="*BV"),
    ]
    write("totalchrom_tx0__decimal_comma.TX0", report(","), peaks=peaks)
    write("totalchrom_tx0__decimal_point.TX0", report("."), peaks=peaks)


def andi():
    _minutes, values = signal(5)
    path = HERE / "andi_cdf__with_peaks.cdf"
    with netcdf_file(path, "w") as file:
        for key, value in {
            "aia_template_revision": "1.0.1",
            "sample_name": "std 3",
            "detector_name": "ED",
            "detector_unit": "nA",
            "retention_unit": "seconds",
            "injection_date_time_stamp": "20261124101500+0100",
            "detection_method_name": "NE.met",
        }.items():
            setattr(file, key, value)
        file.createDimension("point_number", 121)
        file.createDimension("peak_number", 2)
        file.createDimension("_32_byte_string", 32)
        numbers = {
            "actual_sampling_interval": 6.0,
            "actual_delay_time": 1.5,
            "actual_run_time_length": 720.0,
            "detector_maximum_value": 100.0,
            "detector_minimum_value": -1.0,
        }
        for key, value in numbers.items():
            file.createVariable(key, "f", ())[...] = value
        file.createVariable("ordinate_values", "f", ("point_number",))[:] = values
        for key, pair in {
            "peak_retention_time": (186.0, 384.0),
            "peak_area": (1234.5, 567.25),
            "peak_height": (40.0, 16.0),
            "peak_start_time": (150.0, 330.0),
            "peak_end_time": (230.0, 450.0),
        }.items():
            file.createVariable(key, "f", ("peak_number",))[:] = pair
        names = file.createVariable("peak_name", "c", ("peak_number", "_32_byte_string"))
        for k, name in enumerate(("norepinephrine", "")):
            names[k] = np.frombuffer(name.encode().ljust(32, b"\x00"), "S1")
        file.createVariable("autosampler_position", "f", ())[...] = 3.0
    stored = np.asarray(values, "f4").astype(float)
    write(
        path.name,
        path.read_bytes(),
        [("ED", "nA", (1.5 + 6.0 * np.arange(121)) / 60, stored, {"sample": "std 3"})],
        [
            peak("ED", 3.1, 1234.5, None, height=40.0, name="norepinephrine", start_min=2.5),
            peak("ED", 6.4, 567.25, None, height=16.0, name="", end_min=7.5),
        ],
    )


def mzml():
    minutes, values = signal(6)

    def array(numbers, kind, packed, *params):
        data = np.asarray(numbers, kind).tobytes()
        text = base64.b64encode(zlib.compress(data) if packed else data).decode()
        bits = {"<f8": ("MS:1000523", "64-bit float"), "<f4": ("MS:1000521", "32-bit float")}[kind]
        packing = ("MS:1000574", "zlib compression") if packed else ("MS:1000576", "no compression")
        terms = [(*bits, ""), (*packing, ""), *params]
        return (
            f'<binaryDataArray encodedLength="{len(text)}">'
            + "".join(
                f'<cvParam cvRef="MS" accession="{accession}" name="{name}" value=""{unit}/>'
                for accession, name, unit in terms
            )
            + f"<binary>{text}</binary></binaryDataArray>"
        )

    minute = ' unitCvRef="UO" unitAccession="UO:0000031" unitName="minute"'
    second = ' unitCvRef="UO" unitAccession="UO:0000010" unitName="second"'
    counts = ' unitCvRef="MS" unitAccession="MS:1000131" unitName="number of detector counts"'
    chromatograms = [
        (
            "UV 254",
            array(minutes, "<f8", True, ("MS:1000595", "time array", minute))
            + array(values, "<f4", True, ("MS:1000515", "intensity array", "")),
        ),
        (
            "TIC",
            array(minutes * 60, "<f4", False, ("MS:1000595", "time array", second))
            + array(values, "<f8", False, ("MS:1000515", "intensity array", counts)),
        ),
    ]
    text = (
        '<?xml version="1.0" encoding="utf-8"?>\n<indexedmzML xmlns="http://psi.hupo.org/ms/mzml">'
        '<mzML version="1.1.0"><sampleList count="1"><sample id="s1" name="std 3"/></sampleList>'
        '<run id="run1" startTimeStamp="2026-11-24T10:15:00Z">'
        '<spectrumList count="1"><spectrum id="scan=1" index="0" defaultArrayLength="0"/>'
        "</spectrumList>"
        f'<chromatogramList count="{len(chromatograms)}">\n'
        + "\n".join(
            f'<chromatogram index="{k}" id="{name}" defaultArrayLength="121">'
            f'<binaryDataArrayList count="2">{arrays}</binaryDataArrayList></chromatogram>'
            for k, (name, arrays) in enumerate(chromatograms)
        )
        + "\n</chromatogramList></run></mzML></indexedmzML>\n"
    )
    single = np.asarray(minutes * 60, "f4").astype(float) / 60
    write(
        "mzml_chromatogram__zlib_and_plain.mzML",
        text.encode(),
        [
            ("UV 254", None, minutes, np.asarray(values, "f4").astype(float), {"sample": "std 3"}),
            ("TIC", "counts", single, values),
        ],
    )


def tables():
    minutes, values = signal(7)
    _, other = signal(8)
    times = np.round(minutes, 4)
    rows = [f"{comma(t, 4)};{comma(y, 4)}" for t, y in zip(times, values, strict=True)]
    write(
        "chromatogram_table__semicolon_comma.csv",
        ("\r\n".join(["Zeit (min);Signal (nA)", *rows]) + "\r\n").encode("cp1252"),
        [("Signal", "nA", times, values, {"sample": "chromatogram_table__semicolon_comma"})],
    )
    rows = [f"{t:.4f},{y:.4f}" for t, y in zip(times, values, strict=True)]
    write(
        "chromatogram_table__no_headings.csv",
        ("\r\n".join(rows) + "\r\n").encode("utf-16"),
        [("signal", None, times, values)],
    )
    rows = [
        f"{t * 60:.3f}\t{y:.4f}\t{t:.4f}\t{z:.4f}" if k < 100 else f"\t\t{t:.4f}\t{z:.4f}"
        for k, (t, y, z) in enumerate(zip(times, values, other, strict=True))
    ]
    write(
        "chromatogram_table__pairs.txt",
        ("\n".join(["study NE 4", "time_s\tstd 1\ttime (min)\tstd 2 (nA)", *rows]) + "\n").encode(),
        [
            ("std 1", None, np.round(times * 60, 3)[:100] / 60, values[:100], {"sample": "std 1"}),
            ("std 2", "nA", times, other, {"sample": "std 2"}),
        ],
    )
    rows = [
        f"{name},{t:.4f},{y:.4f}"
        for name, trace in (("blank", other), ("std 1", values))
        for t, y in zip(times, trace, strict=True)
    ]
    write(
        "chromatogram_table__long.csv",
        ("\n".join(["sample,time_min,signal_nA", *rows]) + "\n").encode(),
        [
            ("blank", "nA", times, other, {"sample": "blank"}),
            ("std 1", "nA", times, values, {"sample": "std 1"}),
        ],
    )
    book = Workbook()
    sheet = book.active
    sheet.title = "ED"
    sheet.append(["Run of 24 November"])
    sheet.append(["time", "std 1", "std 2"])
    sheet.append(["min", "nA", "nA"])
    for row in zip(times.tolist(), values.tolist(), other.tolist(), strict=True):
        sheet.append(list(row))
    book.create_sheet("notes").append(["column changed"])
    path = HERE / "chromatogram_table__workbook.xlsx"
    book.save(path)
    write(
        path.name,
        path.read_bytes(),
        [
            ("std 1", "nA", times, values, {"sample": "std 1"}),
            ("std 2", "nA", times, other, {"sample": "std 2"}),
        ],
    )


if __name__ == "__main__":
    for make in (
        agilent_ch,
        chromeleon,
        empower,
        shimadzu,
        chemstation,
        openlab,
        totalchrom,
        andi,
        mzml,
        tables,
    ):
        make()
