ª
"serveý
?
case0/in0_featuresPlaceholder*
shape:*
dtype0
/

case0/SeluSelucase0/in0_features*
T0
P
case1/in1_featuresPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
/

case1/SeluSelucase1/in1_features*
T0
P
case2/in2_featuresPlaceholder* 
shape:ÿÿÿÿÿÿÿÿÿ*
dtype0
/

case2/SeluSelucase2/in2_features*
T0"ª*q
case0h
*
features
case0/in0_features:0
out0
case0/Selu:0tensorflow/serving/predict*”
case2Š
;
features/
case2/in2_features:0ÿÿÿÿÿÿÿÿÿ/
out0'
case2/Selu:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict*”
case1Š
;
features/
case1/in1_features:0ÿÿÿÿÿÿÿÿÿ/
out0'
case1/Selu:0ÿÿÿÿÿÿÿÿÿtensorflow/serving/predict