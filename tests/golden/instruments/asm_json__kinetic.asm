{
 "$asm.manifest": "http://purl.allotrope.org/manifests/plate-reader/REC/2025/12/x.manifest",
 "plate reader aggregate document": {
  "plate reader document": {
   "measurement aggregate document": {
    "plate well count": {
     "value": 6,
     "unit": "#"
    },
    "measurement document": [
     {
      "sample document": {
       "location identifier": "A1"
      },
      "fluorescence emission profile data cube": {
       "label": "invented",
       "cube-structure": {
        "dimensions": [
         {
          "concept": "elapsed time",
          "unit": "s"
         }
        ],
        "measures": [
         {
          "concept": "fluorescence",
          "unit": "RFU"
         }
        ]
       },
       "data": {
        "dimensions": [
         [
          0.0,
          90.0,
          180.0
         ]
        ],
        "measures": [
         [
          70.22,
          40.43,
          1.58
         ]
        ]
       }
      }
     },
     {
      "sample document": {
       "location identifier": "A2"
      },
      "fluorescence emission profile data cube": {
       "label": "invented",
       "cube-structure": {
        "dimensions": [
         {
          "concept": "elapsed time",
          "unit": "s"
         }
        ],
        "measures": [
         {
          "concept": "fluorescence",
          "unit": "RFU"
         }
        ]
       },
       "data": {
        "dimensions": [
         [
          0.0,
          90.0,
          180.0
         ]
        ],
        "measures": [
         [
          13.2,
          82.82,
          46.68
         ]
        ]
       }
      }
     },
     {
      "sample document": {
       "location identifier": "A3"
      },
      "fluorescence emission profile data cube": {
       "label": "invented",
       "cube-structure": {
        "dimensions": [
         {
          "concept": "elapsed time",
          "unit": "s"
         }
        ],
        "measures": [
         {
          "concept": "fluorescence",
          "unit": "RFU"
         }
        ]
       },
       "data": {
        "dimensions": [
         [
          0.0,
          90.0,
          180.0
         ]
        ],
        "measures": [
         [
          10.57,
          63.78,
          1.99
         ]
        ]
       }
      }
     },
     {
      "sample document": {
       "location identifier": "B1"
      },
      "fluorescence emission profile data cube": {
       "label": "invented",
       "cube-structure": {
        "dimensions": [
         {
          "concept": "elapsed time",
          "unit": "s"
         }
        ],
        "measures": [
         {
          "concept": "fluorescence",
          "unit": "RFU"
         }
        ]
       },
       "data": {
        "dimensions": [
         [
          0.0,
          90.0,
          180.0
         ]
        ],
        "measures": [
         [
          4.51,
          63.8,
          85.31
         ]
        ]
       }
      }
     },
     {
      "sample document": {
       "location identifier": "B2"
      },
      "fluorescence emission profile data cube": {
       "label": "invented",
       "cube-structure": {
        "dimensions": [
         {
          "concept": "elapsed time",
          "unit": "s"
         }
        ],
        "measures": [
         {
          "concept": "fluorescence",
          "unit": "RFU"
         }
        ]
       },
       "data": {
        "dimensions": [
         [
          0.0,
          90.0,
          180.0
         ]
        ],
        "measures": [
         [
          26.13,
          39.03,
          43.33
         ]
        ]
       }
      }
     },
     {
      "sample document": {
       "location identifier": "B3"
      },
      "fluorescence emission profile data cube": {
       "label": "invented",
       "cube-structure": {
        "dimensions": [
         {
          "concept": "elapsed time",
          "unit": "s"
         }
        ],
        "measures": [
         {
          "concept": "fluorescence",
          "unit": "RFU"
         }
        ]
       },
       "data": {
        "dimensions": [
         [
          0.0,
          90.0,
          180.0
         ]
        ],
        "measures": [
         [
          5.33,
          7.1,
          25.84
         ]
        ]
       }
      }
     }
    ]
   }
  }
 }
}